"""Lists of clients: pages, orders, filters, search."""

import base64
import itertools
import json
from typing import Any

import pytest

from tests.drivers import Desk, Json, refused

SORTS = ["position", "name", "company", "value", "created_at", "updated_at", "next_action_at"]


@pytest.fixture
async def crowd(desk: Desk) -> list[Json]:
    """Clients with equal, different and missing values of everything that a list is sorted by."""
    operations = []
    for number, (stage, company, amount, day) in enumerate(
        itertools.product(["lead", "won"], [None, "Beta", "alpha"], [None, 5, -5], [None, 1, 2])
    ):
        data: Json = {"name": f"name {number % 5}", "stage": stage, "company": company}
        if amount is not None:
            data["value"] = {"amount": amount, "currency": "EUR"}
        if day is not None:
            data["next_action_at"] = f"2027-01-0{day}T00:00:00Z"
        operations.append({"op": "client.create", "data": data})
    response = await desk.post("/clients/bulk", {"operations": operations})
    return [result["result"] for result in response.json()["results"]]


async def pages(desk: Desk, **query: Any) -> list[list[Json]]:
    """All pages of a list; `seq` and the last page's null cursor are checked on the way."""
    found: list[list[Json]] = []
    while True:
        response = await desk.get("/clients", params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        assert page.keys() == {"items", "next_cursor", "seq"}
        found.append(page["items"])
        if page["next_cursor"] is None:
            assert "link" not in response.headers
            return found
        assert 'rel="next"' in response.headers["link"]
        query["cursor"] = page["next_cursor"]


async def test_a_list_tells_the_seq_that_it_stands_at(desk: Desk) -> None:
    assert (await desk.get("/clients")).json() == {"items": [], "next_cursor": None, "seq": 0}

    await desk.create_clients(3)

    assert (await desk.get("/clients")).json()["seq"] == 3


@pytest.mark.parametrize("descending", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
async def test_every_order_visits_every_client_once(
    desk: Desk, crowd: list[Json], sort: str, descending: str
) -> None:
    found = await pages(desk, sort=descending + sort, limit=7)

    assert [len(page) for page in found[:-1]] == [7] * (len(crowd) // 7)
    seen = [client["id"] for page in found for client in page]
    assert sorted(seen) == sorted(client["id"] for client in crowd)
    values = [sort_key(client, sort) for page in found for client in page]
    present = [value for value in values if value is not None]
    assert present == sorted(present, reverse=bool(descending))
    assert values[len(present) :] == [None] * (len(values) - len(present)), "missing ones come last"


def sort_key(client: Json, sort: str) -> Any:
    if sort == "value":
        return client["value"] and client["value"]["amount"]
    value = client[sort]
    return value.casefold() if sort in ("name", "company") and value else value


async def test_a_client_made_or_removed_between_two_pages_disturbs_none(
    desk: Desk, crowd: list[Json]
) -> None:
    first = (await desk.get("/clients", params={"sort": "created_at", "limit": 10})).json()
    await desk.delete(f"/clients/{first['items'][-1]['id']}")
    await desk.create_client("Late", stage="lead")

    rest = await pages(desk, sort="created_at", limit=10, cursor=first["next_cursor"])

    seen = [client["id"] for client in itertools.chain(first["items"], *rest)]
    assert len(seen) == len(set(seen)) == len(crowd) + 1


async def test_one_page_may_hold_a_thousand_clients(desk: Desk) -> None:
    await desk.create_clients(1001)

    page = (await desk.get("/clients", params={"limit": 1000})).json()

    assert len(page["items"]) == 1000
    assert page["next_cursor"] is not None
    assert len(await desk.clients()) == 50


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "9" * 30}, "limit"),
        ({"sort": "shoe_size"}, "sort"),
        ({"sort": "--name"}, "sort"),
        ({"sort": ""}, "sort"),
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "bnVsbA"}, "cursor"),
        ({"cursor": "W251bGwsbnVsbCxudWxsXQ"}, "cursor"),
        ({"cursor": "ä"}, "cursor"),
        ({"cursor": "A" * 5000}, "cursor"),
    ],
)
async def test_a_list_that_cannot_be_is_refused(desk: Desk, query, field: str) -> None:
    refused(await desk.get("/clients", params=query), 422, field)


async def test_a_cursor_belongs_to_its_order(desk: Desk, crowd: list[Json]) -> None:
    cursor = (await desk.get("/clients?sort=name&limit=3")).json()["next_cursor"]

    for other in ("-name", "value", "position"):
        query = {"sort": other, "cursor": cursor}
        refused(await desk.get("/clients", params=query), 422, "cursor")


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("created_at", ["created_at", "2027-01-01T00:00:00", "x"]),
        ("created_at", ["created_at", 7, "x"]),
        ("created_at", ["created_at", None, "x"]),
        ("value", ["value", 2**70, "x"]),
        ("value", ["value", "7", "x"]),
        ("name", ["name", "x"]),
        ("name", ["name", "x", None]),
        ("name", ["name", "x", "x", "x"]),
        ("name", {"name": "x"}),
    ],
    ids=str,
)
async def test_a_cursor_made_by_hand_is_refused(desk: Desk, sort: str, key: Any) -> None:
    response = await desk.get("/clients", params={"sort": sort, "cursor": cursor_of(key)})

    refused(response, 422, "cursor")


async def test_a_cursor_made_by_hand_is_refused_of_any_list(desk: Desk) -> None:
    client = await desk.create_client()
    for key in (["2027-01-01T00:00:00", "x"], ["x", "x"], [None, None], []):
        query = {"cursor": cursor_of(key)}
        comments = await desk.get(f"/clients/{client['id']}/comments", params=query)
        refused(comments, 422, "cursor")
        refused(await desk.person.get("/workspaces", params=query), 422, "cursor")


def cursor_of(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


# Filters


@pytest.fixture
async def people(desk: Desk) -> list[Json]:
    ana = desk.person.id
    return [
        await desk.create_client("Zoë Ångström", company="Øresund A/S", stage="won", owner_id=ana),
        await desk.create_client("STRASSE Ltd", tags=["VIP", "north"], email="info@strasse.example"),
        await desk.create_client("Straße GmbH", tags=["vip-ish"], notes="Wants 100% off"),
        await desk.create_client("a_b", tags=["south"], phone="+45 12 34", stage="lost"),
        await desk.create_client("axb", owner_id=ana, notes="50 percent\\"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"stage": "won"}, ["Zoë Ångström"]),
        ({"stage": ["won", "lost"]}, ["Zoë Ångström", "a_b"]),
        ({"stage": "nowhere"}, []),
        ({"owner": "ana"}, ["Zoë Ångström", "axb"]),
        ({"owner": "none", "stage": "lost"}, ["a_b"]),
        ({"owner": ["none", "ana"], "stage": ["won", "lost"]}, ["Zoë Ångström", "a_b"]),
        ({"owner": "nobody"}, []),
        ({"tag": "vip"}, ["STRASSE Ltd"]),
        ({"tag": ["VIP", "south"]}, ["STRASSE Ltd", "a_b"]),
        ({"tag": "%"}, []),
        ({"tag": "nort_"}, []),
        ({"q": "zoe"}, ["Zoë Ångström"]),
        ({"q": "ANGSTROM øresund"}, ["Zoë Ångström"]),
        ({"q": "ångström"}, ["Zoë Ångström"]),
        ({"q": "strasse"}, ["STRASSE Ltd", "Straße GmbH"]),
        ({"q": "straße gmbh"}, ["Straße GmbH"]),
        ({"q": "info@strasse"}, ["STRASSE Ltd"]),
        ({"q": "12 34"}, ["a_b"]),
        ({"q": "north"}, ["STRASSE Ltd"]),
        ({"q": "%"}, ["Straße GmbH"]),
        ({"q": "100% wants"}, ["Straße GmbH"]),
        ({"q": "a_b"}, ["a_b"]),
        ({"q": "\\"}, ["axb"]),
        ({"q": "'"}, []),
        ({"q": "nobody at all"}, []),
        ({"q": "strasse", "tag": "vip-ish"}, ["Straße GmbH"]),
    ],
)
async def test_a_list_holds_what_was_asked_for(
    desk: Desk, people: list[Json], query: dict[str, Any], names: list[str]
) -> None:
    if "owner" in query:
        asked = query["owner"] if isinstance(query["owner"], list) else [query["owner"]]
        query = query | {"owner": [desk.person.id if one == "ana" else one for one in asked]}

    assert sorted(await desk.names(**query)) == sorted(names)


async def test_an_empty_search_finds_everything(desk: Desk, people: list[Json]) -> None:
    for q in ("", " ", "  \t"):
        assert len(await desk.clients(q=q)) == len(people)


async def test_search_sees_what_was_just_changed(desk: Desk, people: list[Json]) -> None:
    await desk.update_client(people[0], name="Bob", company=None)

    assert await desk.names(q="zoe") == []
    assert await desk.names(q="bob") == ["Bob"]


async def test_a_filter_goes_through_all_pages(desk: Desk) -> None:
    await desk.create_clients(30, tags=["x"])
    await desk.create_clients(30, tags=["y"])

    found = await pages(desk, tag="y", limit=7)

    assert sum(map(len, found)) == 30
    assert {tag for page in found for client in page for tag in client["tags"]} == {"y"}
