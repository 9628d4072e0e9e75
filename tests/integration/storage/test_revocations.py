"""Revocations: numbered in the order of the commits, and no session slips past them."""

import asyncio

import pytest

from storage import Storage
from storage.records import RefreshToken
from tests.integration.storage.board import NOON, a_user, minutes


@pytest.fixture(autouse=True)
async def ann(storage: Storage) -> None:
    await storage.users.add(a_user(), "hash")


def a_token(token_id: str, family_id: str = "family-1") -> RefreshToken:
    return RefreshToken(
        id=token_id,
        family_id=family_id,
        user_id="user-ann",
        issued_at=NOON,
        expires_at=minutes(60),
    )


async def revoke(storage: Storage, *session_ids: str) -> None:
    async with storage.transaction():
        await storage.revocations.add("user-ann", NOON, session_ids=session_ids)


async def test_they_are_read_in_order_from_any_number_on(storage: Storage) -> None:
    assert await storage.revocations.last() == 0

    await revoke(storage, "one", "two")
    async with storage.transaction():
        await storage.revocations.add("user-ann", NOON, token_ids=["three"])

    found = await storage.revocations.after(0, 10)
    assert [each.id for each in found] == [1, 2, 3]
    assert [each.session_id or each.token_id for each in found] == ["one", "two", "three"]
    assert [each.id for each in await storage.revocations.after(1, 1)] == [2]
    assert await storage.revocations.last() == 3


async def test_none_becomes_visible_after_a_later_one(storage: Storage) -> None:
    """Or whoever has read the later one would never read it."""
    seen: list[int] = []

    async def read_on() -> None:
        while not seen or seen[-1] < 60:
            found = await storage.revocations.after(seen[-1] if seen else 0, 100)
            seen.extend(each.id for each in found)
            await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await asyncio.gather(read_on(), *(revoke(storage, f"{n}-a", f"{n}-b") for n in range(30)))

    assert seen == list(range(1, 61))


async def test_what_is_taken_back_leaves_no_number(storage: Storage) -> None:
    async def fail() -> None:
        async with storage.transaction():
            await storage.revocations.add("user-ann", NOON, session_ids=["never"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await revoke(storage, "one")

    assert [each.session_id for each in await storage.revocations.after(0, 10)] == ["one"]


async def test_the_old_ones_are_forgotten_but_the_newest_stays_so_that_no_number_comes_again(
    storage: Storage,
) -> None:
    await revoke(storage, "one", "two", "three")

    assert await storage.revocations.prune(before=minutes(1), limit=1) == 1
    assert await storage.revocations.prune(before=minutes(1), limit=10) == 1
    assert await storage.revocations.prune(before=minutes(1), limit=10) == 0

    await revoke(storage, "four")
    assert [each.id for each in await storage.revocations.after(0, 10)] == [3, 4]


async def test_the_user_of_a_revoked_session_is_not_found_by_it(storage: Storage) -> None:
    for family_id in ("one", "another"):
        await storage.refresh_tokens.add(a_token(f"token-{family_id}", family_id), family_id)
    assert await storage.users.in_session("user-ann", "one") == a_user()

    await storage.refresh_tokens.revoke_family("user-ann", "one", minutes(1))

    assert await storage.users.in_session("user-ann", "one") is None
    assert await storage.users.in_session("user-ann", "another") == a_user()
    assert await storage.users.in_session("user-ann", "never begun") is None
    assert await storage.users.in_session("user-ben", "another") is None


async def test_whoever_ends_sessions_waits_for_the_one_that_is_being_renewed(
    storage: Storage,
) -> None:
    """Or the next token of a session, added in between, would outlive it."""
    await storage.refresh_tokens.add(a_token("first"), "hash-1")
    begun = asyncio.Event()

    async def renew() -> None:
        async with storage.transaction():
            await storage.users.held("user-ann")
            begun.set()
            await asyncio.sleep(0.2)
            assert await storage.refresh_tokens.use("first", minutes(1))
            await storage.refresh_tokens.add(a_token("second"), "hash-2")

    async def end() -> None:
        await begun.wait()
        async with storage.transaction():
            await storage.users.locked("user-ann")
            assert await storage.refresh_tokens.revoke_family("user-ann", "family-1", minutes(2))

    await asyncio.gather(renew(), end())

    second = await storage.refresh_tokens.by_hash("hash-2")
    assert second is not None
    assert second.revoked_at == minutes(2)


async def test_open_sessions_are_those_that_can_still_be_renewed(storage: Storage) -> None:
    tokens = storage.refresh_tokens
    for number in range(1, 5):
        await tokens.add(a_token(f"token-{number}", f"family-{number}"), f"hash-{number}")
    await tokens.revoke_family("user-ann", "family-2", minutes(1))
    await tokens.use_family("family-3", minutes(1))

    assert [one.id for one in await tokens.sign_ins("user-ann", NOON)] == ["family-1", "family-4"]
    assert list(await tokens.sign_ins("user-ann", minutes(60))) == []
    assert list(await tokens.sign_ins("user-ben", NOON)) == []
