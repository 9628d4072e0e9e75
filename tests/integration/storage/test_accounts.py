"""People, their refresh tokens, their tokens for scripts."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage import Storage, errors
from storage.records import PersonalToken, RefreshToken
from tests.integration.storage.board import NOON, Board, a_user, minutes


def a_refresh_token(token_id: str = "token-1", family_id: str = "family-1") -> RefreshToken:
    return RefreshToken(
        id=token_id,
        family_id=family_id,
        user_id="user-ann",
        issued_at=NOON,
        expires_at=minutes(60),
    )


def a_personal_token(token_id: str = "token-1", workspace_id: str | None = None) -> PersonalToken:
    return PersonalToken(
        id=token_id,
        user_id="user-ann",
        name="nightly import",
        scopes=["read", "write"],
        workspace_id=workspace_id,
        created_at=NOON,
    )


@pytest.fixture
async def ann(storage: Storage) -> None:
    await storage.users.add(a_user(), "hash")


async def test_an_account_is_found_by_its_address_in_any_case(storage: Storage) -> None:
    user = a_user(email="Zoë.Straße@Example.org")
    await storage.users.add(user, "hash")

    account = await storage.users.account_by_email(" zoë.strasse@EXAMPLE.ORG ")

    assert account is not None
    assert (account.id, account.email, account.password_hash) == (user.id, user.email, "hash")
    assert await storage.users.get(user.id) == user
    assert await storage.users.account_by_email("other@example.org") is None


async def test_an_address_has_one_account(storage: Storage) -> None:
    await storage.users.add(a_user("user-1", email="ann@example.org"), "hash")

    with pytest.raises(errors.Duplicate) as refused:
        await storage.users.add(a_user("user-2", email="ANN@example.org"), "hash")

    assert refused.value.field == "email"


async def test_times_keep_their_microseconds_and_come_back_in_utc(storage: Storage) -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=tokyo)
    await storage.users.add(a_user(created_at=moment), "hash")

    user = await storage.users.get("user-ann")

    assert user is not None
    assert user.created_at == moment
    assert user.created_at.tzinfo is UTC


async def test_a_refresh_token_is_used_once_however_many_try_at_once(
    storage: Storage, ann: None
) -> None:
    await storage.refresh_tokens.add(a_refresh_token(), "hash")

    won = await asyncio.gather(
        *(storage.refresh_tokens.use("token-1", minutes(n)) for n in range(20))
    )

    assert won.count(True) == 1
    token = await storage.refresh_tokens.by_hash("hash")
    assert token is not None
    assert token.used_at == minutes(won.index(True))


async def test_a_revoked_family_is_of_no_use_and_keeps_its_first_date(
    storage: Storage, ann: None
) -> None:
    await storage.refresh_tokens.add(a_refresh_token("token-1", "family-1"), "hash-1")
    await storage.refresh_tokens.add(a_refresh_token("token-2", "family-2"), "hash-2")

    assert not await storage.refresh_tokens.revoke_family("user-ben", "family-1", minutes(1))
    assert await storage.refresh_tokens.revoke_family("user-ann", "family-1", minutes(1))
    assert not await storage.refresh_tokens.revoke_family("user-ann", "family-1", minutes(2))
    assert not await storage.refresh_tokens.use("token-1", minutes(2))
    assert await storage.refresh_tokens.use("token-2", minutes(2))

    assert await storage.refresh_tokens.revoke_others("user-ann", "", minutes(3)) == {"family-2"}
    first, second = [await storage.refresh_tokens.by_hash(h) for h in ("hash-1", "hash-2")]
    assert first is not None
    assert second is not None
    assert (first.revoked_at, second.revoked_at) == (minutes(1), minutes(3))


async def test_refresh_tokens_that_ran_out_are_pruned(storage: Storage, ann: None) -> None:
    await storage.refresh_tokens.add(a_refresh_token(), "hash")

    assert await storage.refresh_tokens.prune(before=minutes(60), limit=100) == 0
    assert await storage.refresh_tokens.prune(before=minutes(61), limit=100) == 1
    assert await storage.refresh_tokens.by_hash("hash") is None


async def test_personal_tokens_are_listed_touched_and_deleted_by_their_user(board: Board) -> None:
    tokens = board.storage.personal_tokens
    await board.storage.users.add(a_user("user-ben"), "hash")
    narrow, wide = a_personal_token("token-1", board.id), a_personal_token("token-2")
    await tokens.add(narrow, "hash-1")
    await tokens.add(wide, "hash-2")

    assert list(await tokens.list("user-ann")) == [narrow, wide]
    assert list(await tokens.list("user-ben")) == []
    assert await tokens.by_hash("hash-1") == narrow
    assert await tokens.by_hash("hash-3") is None

    await tokens.touch("token-2", minutes(5))
    touched = await tokens.by_hash("hash-2")
    assert touched is not None
    assert touched.last_used_at == minutes(5)

    assert not await tokens.delete("user-ben", "token-1")
    assert await tokens.delete("user-ann", "token-1")
    assert not await tokens.delete("user-ann", "token-1")


@pytest.mark.parametrize("text", ["with a \0 in it", "with half a \ud800 pair"])
async def test_text_is_held_whole_or_refused_as_what_the_database_cannot_hold(
    storage: Storage, text: str
) -> None:
    if storage.dialect == "sqlite" and "\0" in text:
        await storage.users.add(a_user(name=text), "hash")
        assert await storage.users.get("user-ann") == a_user(name=text)
        return
    with pytest.raises(errors.Unstorable):
        await storage.users.add(a_user(name=text), "hash")
