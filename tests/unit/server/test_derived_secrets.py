"""Invite codes and personal tokens: made again for whoever repeats a command, by nobody without the server's key."""

import re

import msgspec

from server.identity.derived import DerivedSecrets
from server.ids import new_id
from server.settings import Settings


def rotated(settings: Settings) -> Settings:
    """With a new key, and the one of `settings` as the one from before."""
    before = settings.jwt_secret_key
    return msgspec.structs.replace(
        settings, jwt_secret_key=before[::-1], jwt_previous_secret_key=before
    )


def test_the_code_of_an_invite_is_the_same_every_time(settings: Settings) -> None:
    invite_id = new_id()
    assert DerivedSecrets(settings).invite_code(invite_id, "key") == DerivedSecrets(
        settings
    ).invite_code(invite_id, "key")


def test_every_invite_has_a_code_of_its_own_that_can_stand_in_a_url(settings: Settings) -> None:
    codes = {DerivedSecrets(settings).invite_code(new_id(), "key") for _ in range(1_000)}
    assert len(codes) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{40}", code) for code in codes)


def test_another_key_makes_other_codes(settings: Settings) -> None:
    others = msgspec.structs.replace(settings, jwt_secret_key=settings.jwt_secret_key[::-1])
    assert DerivedSecrets(settings).invite_code("i1", "key") != DerivedSecrets(others).invite_code(
        "i1", "key"
    )


def test_whoever_knows_the_servers_key_but_not_the_senders_makes_other_secrets(
    settings: Settings,
) -> None:
    secrets = DerivedSecrets(settings)
    assert secrets.invite_code("i1", "key-1") != secrets.invite_code("i1", "key-2")
    assert secrets.personal_token("t1", "key-1") != secrets.personal_token("t1", "key-2")
    assert secrets.personal_token("t1k", "ey-1") != secrets.personal_token("t1", "key-1")


def test_a_code_says_nothing_of_the_invites_id(settings: Settings) -> None:
    code = DerivedSecrets(settings).invite_code("invite-1", "key")
    assert "invite" not in code
    assert code[:6] != DerivedSecrets(settings).invite_code("invite-2", "key")[:6]


def test_an_invite_and_a_token_of_one_id_have_nothing_in_common(settings: Settings) -> None:
    secrets = DerivedSecrets(settings)
    assert secrets.invite_code("same", "key")[:6] != secrets.personal_token("same", "key")[:6]


def test_after_a_rotation_what_was_made_before_is_made_with_the_key_from_before(
    settings: Settings,
) -> None:
    before, after = DerivedSecrets(settings), DerivedSecrets(rotated(settings))
    code, token = before.invite_code("i1", "key"), before.personal_token("t1", "key")

    assert after.key_id != before.key_id
    assert after.invite_code("i1", "key", made_with=before.key_id) == code
    assert after.personal_token("t1", "key", made_with=before.key_id) == token
    assert after.invite_code("i1", "key") != code


def test_after_a_rotation_a_lost_exchange_is_still_found(settings: Settings) -> None:
    (given,) = DerivedSecrets(settings).next_refresh_tokens("token-1", "key-1")

    current, before = DerivedSecrets(rotated(settings)).next_refresh_tokens("token-1", "key-1")

    assert before == given
    assert current != given


def test_a_refresh_token_is_followed_by_the_same_one_under_the_same_key_and_by_no_other(
    settings: Settings,
) -> None:
    secrets = DerivedSecrets(settings)
    first = secrets.next_refresh_tokens("token-1", "key-1")
    assert first == DerivedSecrets(settings).next_refresh_tokens("token-1", "key-1")
    others = [
        *secrets.next_refresh_tokens("token-1", "key-2"),
        *secrets.next_refresh_tokens("token-2", "key-1"),
        *secrets.next_refresh_tokens("token-1k", "ey-1"),
        *secrets.next_refresh_tokens("", "token-1key-1"),
    ]
    assert len({*first, *others}) == 5
