"""The list of clients: any order in pages, filters, search."""

import random
import uuid

import pytest

from storage import Storage, errors
from storage.client_pages import SORTS
from storage.records import Client, ClientQuery, Money
from tests.integration.storage.board import Board, a_client, board_of, minutes

TIES = 5


@pytest.fixture
async def board(shared_storage: Storage) -> Board:
    return await board_of(shared_storage, f"workspace-{uuid.uuid4()}")


@pytest.fixture
async def crowd(board: Board) -> list[Client]:
    """Clients with ties in every column and with nothing in those that may be empty."""
    chance = random.Random(7)
    crowd = [
        a_client(
            f"client-{number:02}",
            name=chance.choice(["Ärger", "arger", "Zebra", "éclair", "ECLAIR", "b"]),
            company=chance.choice([None, "Alpha", "älpha", "beta"]),
            value=chance.choice([None, Money(amount=chance.randrange(-2, 3), currency="EUR")]),
            position=chance.choice(["a0", "aA", "aa", "Zz"]),
            created_at=minutes(chance.randrange(TIES)),
            updated_at=minutes(chance.randrange(TIES)),
            next_action_at=chance.choice([None, minutes(chance.randrange(TIES))]),
        )
        for number in range(43)
    ]
    await board.has(*chance.sample(crowd, len(crowd)))
    return crowd


async def pages(board: Board, size: int, sort: str) -> list[list[Client]]:
    found: list[list[Client]] = []
    cursor: str | None = None
    while True:
        query = ClientQuery(sort=sort, limit=size, after=cursor)
        page = await board.storage.clients.page(board.id, query)
        found.append(page.items)
        cursor = page.next
        if cursor is None:
            return found


def sort_value(client: Client, sort: str) -> object:
    match sort:
        case "value":
            return None if client.value is None else client.value.amount
        case "name" | "company":
            text: str | None = getattr(client, sort)
            return None if text is None else text.lower().translate(str.maketrans("äé", "ae"))
        case _:
            return getattr(client, sort)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("size", [1, 7, 43])
async def test_pages_show_every_client_once_and_in_order(
    board: Board, crowd: list[Client], direction: str, sort: str, size: int
) -> None:
    found = await pages(board, size, direction + sort)

    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    shown = [client for page in found for client in page]
    valued = [client for client in crowd if sort_value(client, sort) is not None]
    empty = [client for client in crowd if sort_value(client, sort) is None]
    backwards = direction == "-"
    expected = [
        *sorted(valued, key=lambda c: (sort_value(c, sort), c.id), reverse=backwards),
        *sorted(empty, key=lambda c: c.id, reverse=backwards),
    ]
    assert [client.id for client in shown] == [client.id for client in expected]
    assert sorted(shown, key=lambda c: c.id) == crowd


async def test_the_last_page_says_so(board: Board) -> None:
    await board.has(a_client("client-1"), a_client("client-2"))

    whole = await board.storage.clients.page(board.id, ClientQuery(limit=2))

    assert whole.next is None
    assert (await board.storage.clients.page("nowhere", ClientQuery())).items == []


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "e30", "WzEsMl0", "ä", "W10=" * 1000])
async def test_a_cursor_that_was_not_made_here_is_refused(board: Board, cursor: str) -> None:
    with pytest.raises(errors.BadCursor):
        await board.storage.clients.page(board.id, ClientQuery(after=cursor))
    with pytest.raises(errors.BadCursor):
        await board.storage.workspaces.list_for("user-ann", 10, cursor)


@pytest.mark.parametrize("other", ["-position", "name", "value", "created_at"])
async def test_a_cursor_is_good_for_its_own_order_only(board: Board, other: str) -> None:
    await board.has(*(a_client() for _ in range(3)))
    page = await board.storage.clients.page(board.id, ClientQuery(limit=1))

    with pytest.raises(errors.BadCursor):
        await board.storage.clients.page(board.id, ClientQuery(sort=other, after=page.next))


async def test_a_page_stays_in_place_while_rows_before_it_come_and_go(board: Board) -> None:
    await board.has(*(a_client(f"client-{n}", position=f"a{n}") for n in range(1, 7)))
    first = await board.storage.clients.page(board.id, ClientQuery(limit=3))

    await board.storage.clients.delete(
        board.id, "client-3", version=2, at=minutes(0), by="user-ann"
    )
    await board.has(a_client("client-0", position="a0"))

    second = await board.storage.clients.page(board.id, ClientQuery(limit=3, after=first.next))
    assert [client.id for client in second.items] == ["client-4", "client-5", "client-6"]


async def search(board: Board, **query: object) -> set[str]:
    page = await board.storage.clients.page(board.id, ClientQuery(**query))  # type: ignore[arg-type]
    return {client.id for client in page.items}


@pytest.mark.parametrize(
    "words",
    ["zoe", "ZOË", "muller", "Müller zoë", "  söhne   ZOE ", "strasse", "STRASSE", "030-99", "vip"],
)
async def test_search_does_not_care_for_case_accents_or_order(board: Board, words: str) -> None:
    await board.has(
        a_client(
            "client-zoe",
            name="Zoë",
            company="MÜLLER & SÖHNE",
            email="Office@Example.org",
            phone="030-99",
            notes="Große Straße",
            tags=["VIP", "Café"],
        ),
        a_client("client-bob", name="Bob"),
    )

    assert await search(board, q=words) == {"client-zoe"}


async def test_search_finds_only_clients_that_have_every_word(board: Board) -> None:
    await board.has(
        a_client("client-1", name="Anna Berg"), a_client("client-2", name="Anna", company="Tal")
    )

    assert await search(board, q="anna") == {"client-1", "client-2"}
    assert await search(board, q="anna tal") == {"client-2"}
    assert await search(board, q="anna berg tal") == set()
    assert await search(board, q="annaberg") == set()
    assert await search(board, q=" ") == {"client-1", "client-2"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("100%", {"client-percent"}),
        ("a_b", {"client-underscore"}),
        ("a\\b", {"client-backslash"}),
        ("wow!", {"client-bang"}),
        ("%", {"client-percent"}),
        ("_", {"client-underscore"}),
        ("\\", {"client-backslash"}),
        ("!", {"client-bang"}),
    ],
)
async def test_search_takes_the_signs_of_patterns_for_what_they_are(
    board: Board, word: str, found: set[str]
) -> None:
    await board.has(
        a_client("client-percent", name="100% Wool"),
        a_client("client-underscore", name="a_b"),
        a_client("client-backslash", name="a\\b"),
        a_client("client-bang", name="wow!"),
        a_client("client-plain", name="axb 1000 wow"),
    )

    assert await search(board, q=word) == found


async def test_search_follows_a_client_that_changes(board: Board) -> None:
    await board.has(a_client("client-1", name="Old"))
    await board.storage.clients.save(board.id, a_client("client-1", name="New", tags=["fresh"]))

    assert await search(board, q="old") == set()
    assert await search(board, q="new") == {"client-1"}
    assert await search(board, tags=["Fresh"]) == {"client-1"}


async def test_filters_take_any_of_their_values_and_all_of_their_kinds(board: Board) -> None:
    await board.has(
        a_client("client-1", stage="lead", owner_id="user-ann", tags=["Red", "big one"]),
        a_client("client-2", stage="won", owner_id="user-ben", tags=["red"]),
        a_client("client-3", stage="won", owner_id=None, tags=["redder"]),
        a_client("client-4", stage="lost", owner_id="user-ann"),
    )

    assert await search(board, stages=["won"]) == {"client-2", "client-3"}
    assert await search(board, stages=["won", "lead"]) == {"client-1", "client-2", "client-3"}
    assert await search(board, stages=["nowhere"]) == set()
    assert await search(board, owners=["user-ann"]) == {"client-1", "client-4"}
    assert await search(board, owners=["user-ben", "user-ann"]) == {
        "client-1",
        "client-2",
        "client-4",
    }
    assert await search(board, owners=[None]) == {"client-3"}
    assert await search(board, owners=[None, "user-ben"]) == {"client-2", "client-3"}
    assert await search(board, tags=["RED"]) == {"client-1", "client-2"}
    assert await search(board, tags=["redder", "big  ONE"]) == {"client-1", "client-3"}
    assert await search(board, tags=["one"]) == set()
    assert await search(board, tags=["r_d"]) == set()
    assert await search(board, tags=["red"], stages=["won"], q="acme") == {"client-2"}


async def test_a_sort_that_does_not_exist_is_a_mistake_of_the_caller(board: Board) -> None:
    with pytest.raises(ValueError, match="secret"):
        await board.storage.clients.page(board.id, ClientQuery(sort="secret"))
