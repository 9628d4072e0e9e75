"""Invite codes and personal tokens: made again from an id, by nobody without the server's key."""

import re

import msgspec

from server.identity.derived import DerivedSecrets
from server.ids import new_id
from server.settings import Settings


def test_the_code_of_an_invite_is_the_same_every_time(settings: Settings) -> None:
    invite_id = new_id()
    assert DerivedSecrets(settings).invite_code(invite_id) == DerivedSecrets(settings).invite_code(
        invite_id
    )


def test_every_invite_has_a_code_of_its_own_that_can_stand_in_a_url(settings: Settings) -> None:
    codes = {DerivedSecrets(settings).invite_code(new_id()) for _ in range(1_000)}
    assert len(codes) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{40}", code) for code in codes)


def test_another_key_makes_other_codes(settings: Settings) -> None:
    others = msgspec.structs.replace(settings, jwt_secret_key=settings.jwt_secret_key[::-1])
    assert DerivedSecrets(settings).invite_code("i1") != DerivedSecrets(others).invite_code("i1")


def test_a_code_says_nothing_of_the_invites_id(settings: Settings) -> None:
    code = DerivedSecrets(settings).invite_code("invite-1")
    assert "invite" not in code
    assert code[:6] != DerivedSecrets(settings).invite_code("invite-2")[:6]


def test_an_invite_and_a_token_of_one_id_have_nothing_in_common(settings: Settings) -> None:
    secrets = DerivedSecrets(settings)
    assert secrets.invite_code("same")[:6] != secrets.personal_token("same")[:6]


def test_a_refresh_token_is_followed_by_the_same_one_under_the_same_key_and_by_no_other(
    settings: Settings,
) -> None:
    secrets = DerivedSecrets(settings)
    first = secrets.next_refresh_token("token-1", "key-1")
    assert first == DerivedSecrets(settings).next_refresh_token("token-1", "key-1")
    others = [
        secrets.next_refresh_token("token-1", "key-2"),
        secrets.next_refresh_token("token-2", "key-1"),
        secrets.next_refresh_token("token-1k", "ey-1"),
        secrets.next_refresh_token("", "token-1key-1"),
    ]
    assert len({first, *others}) == 5
