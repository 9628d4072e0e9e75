"""Clients within one write: read once, saved together, and in the end as if each change had gone out at once."""

import random
from contextlib import suppress

import msgspec
import pytest

from storage.records import Client
from storage.write import Write
from tests.integration.storage.board import NOON, Board, a_client

SEEDS = range(12)


class TakenBack(Exception):
    pass


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_done_in_one_write_the_database_ends_with_it(
    board: Board, seed: int
) -> None:
    chance = random.Random(seed)
    expected = {id_: a_client(id_, position=f"a{id_[-1]}") for id_ in ("client-1", "client-2")}
    for client in expected.values():
        await board.create(client)

    async with board.storage.write(board.id, client_ids=["client-1", "client-9"]) as write:
        for step in range(12):
            state = dict(expected)
            try:
                async with write.savepoint():
                    await _step(write, chance, expected, step)
                    if chance.random() < 0.3:
                        raise TakenBack
            except TakenBack:
                expected = state
            for id_, client in expected.items():
                assert await write.clients.get(id_) == client

    for id_ in ("client-1", "client-2"):
        assert await board.storage.clients.get(board.id, id_) == expected.get(id_)
        deleted = await board.storage.clients.get(board.id, id_, deleted=True)
        assert (deleted is None) == (id_ in expected)


async def test_clients_that_are_added_with_the_commit_are_there_after_it(board: Board) -> None:
    first, gone, taken_back = a_client("first"), a_client("gone"), a_client("taken-back")
    async with board.storage.write(board.id) as write:
        write.clients.add_with_commit(first)
        with suppress(TakenBack):
            async with write.savepoint():
                write.clients.add_with_commit(taken_back)
                raise TakenBack
        moved = msgspec.structs.replace(first, position="b0", version=2)
        await write.clients.save(moved)
        write.clients.add_with_commit(gone)
        await write.clients.delete(gone, version=2, at=NOON, by="user-ann")
        assert await write.clients.get("first") == moved
        assert await write.clients.get("taken-back") is None

    clients = board.storage.clients
    assert await clients.get(board.id, "first") == moved
    assert await clients.get(board.id, "gone") is None
    assert await clients.get(board.id, "gone", deleted=True) is not None
    assert await clients.get(board.id, "taken-back") is None


async def _step(
    write: Write, chance: random.Random, expected: dict[str, Client], number: int
) -> None:
    id_ = chance.choice(["client-1", "client-2"])
    client = await write.clients.get(id_)
    assert client == expected.get(id_)
    if client is None:
        deleted = await write.clients.get(id_, deleted=True)
        assert deleted is not None
        expected[id_] = msgspec.structs.replace(deleted, version=deleted.version + 1)
        await write.clients.restore(expected[id_])
        return
    kind = chance.choice(["edit", "edit", "edit", "move", "delete"])
    if kind == "delete":
        del expected[id_]
        await write.clients.delete(client, version=client.version + 1, at=NOON, by="user-ann")
        return
    fields = {"notes": f"note {number}"} if kind == "edit" else {"position": f"b{number:02}"}
    expected[id_] = msgspec.structs.replace(client, version=client.version + 1, **fields)
    await write.clients.save(expected[id_])
    if kind == "move":
        assert await write.clients.position_taken("lead", f"b{number:02}", except_id="nobody")
