"""Transactions: what a task does inside one is done together or not at all."""

import asyncio

import pytest

from storage import Storage, errors
from storage.outcomes import KeptOutcome
from tests.integration.storage.board import (
    Board,
    a_client,
    a_user,
    an_outcome,
    log,
    minutes,
)


class Mishap(Exception):
    pass


async def test_calls_of_a_task_join_its_transaction_and_others_see_them_after_the_commit(
    storage: Storage,
) -> None:
    async with storage.transaction():
        await storage.users.add(a_user(), "hash")
        assert await storage.users.get("user-ann") == a_user()
        assert await asyncio.create_task(storage.users.get("user-ann")) is None

    assert await asyncio.create_task(storage.users.get("user-ann")) == a_user()


async def test_an_error_undoes_all_of_a_transaction(storage: Storage) -> None:
    async def fail() -> None:
        async with storage.transaction():
            await storage.users.add(a_user(), "hash")
            raise Mishap

    with pytest.raises(Mishap):
        await fail()
    assert await storage.users.get("user-ann") is None


async def test_a_transaction_in_another_fails_alone(storage: Storage) -> None:
    async def fail() -> None:
        async with storage.transaction():
            await storage.users.add(a_user("user-2"), "hash")
            raise Mishap

    async with storage.transaction():
        await storage.users.add(a_user("user-1"), "hash")
        with pytest.raises(Mishap):
            await fail()
        await storage.users.add(a_user("user-3"), "hash")

    there = [await storage.users.get(f"user-{number}") is not None for number in (1, 2, 3)]
    assert there == [True, False, True]


async def test_a_statement_that_failed_cannot_be_passed_over_in_silence(storage: Storage) -> None:
    await storage.users.add(a_user(), "hash")

    async def pass_over_an_error() -> None:
        async with storage.transaction():
            await storage.users.add(a_user("user-2"), "hash")
            with pytest.raises(errors.Duplicate):
                await storage.users.add(a_user(), "hash")

    with pytest.raises(errors.StorageError, match="cannot go on or commit"):
        await pass_over_an_error()
    assert await storage.users.get("user-2") is None


async def test_a_transaction_does_nothing_more_after_a_statement_that_failed(
    storage: Storage,
) -> None:
    await storage.users.add(a_user(), "hash")

    async def go_on_after_an_error() -> None:
        async with storage.transaction():
            with pytest.raises(errors.Duplicate):
                await storage.users.add(a_user(), "hash")
            await storage.users.get("user-ann")

    with pytest.raises(errors.StorageError, match="cannot go on or commit"):
        await go_on_after_an_error()
    assert await storage.users.get("user-ann") == a_user()


async def test_a_write_inside_a_transaction_belongs_to_it(board: Board) -> None:
    async def fail() -> None:
        async with board.storage.transaction():
            await board.create(a_client())
            raise Mishap

    with pytest.raises(Mishap):
        await fail()
    assert await board.is_without_holes_up_to(0)


async def test_a_transaction_that_was_refused_its_place_leaves_no_trace_on_its_task(
    board: Board,
) -> None:
    """The same task goes on to use the database outside any transaction."""
    for _ in range(20):
        with pytest.raises(errors.NoSuchWorkspace):
            async with board.storage.write("nowhere"):
                pass
        with pytest.raises(errors.Duplicate):
            await board.storage.users.add(a_user(), "hash")

    assert await board.storage.workspaces.head(board.id) == 0


async def test_readers_do_not_wait_for_a_writer(board: Board) -> None:
    client = a_client()
    async with board.storage.write(board.id) as write:
        await board.storage.clients.add(board.id, client)
        log(write, client.id)
        heads = await asyncio.gather(
            *(
                asyncio.create_task(board.storage.workspaces.head(board.id))  # each in its own task
                for _ in range(20)
            )
        )
        assert heads == [0] * 20

    assert await board.storage.workspaces.head(board.id) == 1


async def test_two_tries_of_one_command_at_once_take_effect_once(board: Board) -> None:
    async def attempt() -> str:
        client = a_client()
        try:
            async with board.storage.write(board.id) as write:
                await board.storage.clients.add(board.id, client)
                change = log(write, client.id, command_id="command-1")
                outcome = an_outcome(seq=change.seq)
                write.remember("user-ann", "command-1", outcome, with_workspace=True)
        except errors.Duplicate as error:
            return error.field
        return "done"

    assert sorted(await asyncio.gather(attempt(), attempt())) == ["done", "key"]

    assert await board.is_without_holes_up_to(1)
    assert await board.storage.outcomes.find("user-ann", "command-1") == an_outcome(seq=1)


async def test_two_tries_outside_a_workspace_take_effect_once_too(storage: Storage) -> None:
    await storage.users.add(a_user(), "hash")
    arrived = asyncio.Barrier(2)

    async def attempt(user_id: str) -> bool:
        await arrived.wait()
        try:
            async with storage.transaction():
                await storage.users.add(a_user(user_id), "hash")
                kept = KeptOutcome("user-ann", "k", None, an_outcome(), minutes(0))
                await storage.outcomes.remember(kept)
        except errors.Duplicate:
            return False
        return True

    assert sorted(await asyncio.gather(attempt("user-1"), attempt("user-2"))) == [False, True]
    assert [await storage.users.get(id_) for id_ in ("user-1", "user-2")].count(None) == 1


async def test_outcomes_are_kept_by_user_and_key_until_they_are_pruned(board: Board) -> None:
    outcomes = board.storage.outcomes
    await board.storage.users.add(a_user("user-ben"), "hash")
    old, new = an_outcome(version=3), an_outcome(status=200, result='{"name":"Zoë"}'.encode())
    await outcomes.remember(KeptOutcome("user-ann", "key", board.id, old, minutes(0)))
    await outcomes.remember(KeptOutcome("user-ben", "key", None, new, minutes(1)))

    assert await outcomes.find("user-ann", "key") == old
    assert await outcomes.find("user-ben", "key") == new
    assert await outcomes.find("user-ann", "other") is None

    assert await outcomes.prune(before=minutes(1), limit=100) == 1
    assert await outcomes.find("user-ann", "key") is None
    assert await outcomes.find("user-ben", "key") == new


async def test_a_write_knows_what_it_asked_of_its_senders_and_keeps_all_outcomes_or_none(
    board: Board,
) -> None:
    storage = board.storage
    await storage.users.add(a_user("user-ben"), "hash")
    async with storage.write(board.id) as write:
        assert (write.roles, write.outcomes) == ({}, {})
        for user_id, key in (("user-ann", "k-1"), ("user-ann", "k-2"), ("user-ben", "k-1")):
            write.remember(user_id, key, an_outcome(seq=len(key)), with_workspace=True)

    asking = {"user-ann": ["k-1", "k-2", "k-3"], "user-ben": [], "user-none": ["k-1"]}

    async def once_too_often() -> None:
        async with storage.write(board.id, asking) as write:
            assert write.roles == {"user-ann": "owner"}
            assert sorted(write.outcomes) == [("user-ann", "k-1"), ("user-ann", "k-2")]
            log(write, "client-1")
            write.remember("user-ann", "k-3", an_outcome(), with_workspace=True)
            assert write.outcomes["user-ann", "k-3"] == an_outcome()
            write.remember("user-ben", "k-1", an_outcome(), with_workspace=True)

    with pytest.raises(errors.Duplicate):
        await once_too_often()
    assert await storage.outcomes.find("user-ann", "k-3") is None
    assert await board.log_seqs() == []
    assert await storage.workspaces.head(board.id) == 0
