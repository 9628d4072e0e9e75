"""A backup is one that was restored: the copy of a PostgreSQL database is the same board, and goes on."""

from storage import Storage
from storage.migrate import upgrade
from tests.integration.storage.board import a_client, board_of
from tests.services import PostgresServer


async def test_a_dump_restored_into_a_new_database_is_the_same_board_and_goes_on(
    postgres_server: PostgresServer, fresh_postgres_url: str
) -> None:
    await upgrade(fresh_postgres_url)
    storage = Storage(fresh_postgres_url)
    await storage.open()
    board = await board_of(storage)
    for number in range(3):
        await board.create(a_client(f"client-{number}"))
    await storage.close()

    copy = postgres_server.restored_copy(fresh_postgres_url)
    await upgrade(copy)
    restored = Storage(copy)
    await restored.open()
    board.storage = restored
    assert await board.is_without_holes_up_to(3)
    await board.create(a_client("client-3"))
    assert await board.is_without_holes_up_to(4)
    found = await restored.clients.get(board.id, "client-0")
    assert found is not None
    await restored.close()
    postgres_server.drop_database(copy)
