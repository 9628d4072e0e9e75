"""docs/rest.md: its routes are the app's, its client is the server's."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from realtime.messages import ClientPatch
from server.main import create_app
from server.settings import Settings
from storage.client_pages import SORTS
from storage.records import Client
from tests.unit.docs.markdown import Page, code_in

REST = Page("docs/rest.md")
PATCHABLE = list(ClientPatch.__struct_fields__)


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    return create_app(Settings.from_environment({}, tmp_path / "secret"))


def bare(path: str) -> str:
    """The path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def routes_in(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_in(route.routes, prefix + route.path)
        elif isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, bare(prefix + route.path)


def routes_of(page: Page, prefix: str = "") -> list[tuple[str, str]]:
    rows = page.table("Method", "Address", "Does")
    return [(row["Method"], bare(prefix + code_in(row["Address"])[0])) for row in rows]


def test_the_routes_are_those_of_the_app(app: Starlette) -> None:
    documented = [
        *routes_of(REST.section("Routes"), "/api/v1"),
        *routes_of(REST.section("Outside `/api/v1`")),
    ]
    assert sorted(documented) == sorted(routes_in(app.routes))


def test_the_channel_is_where_the_protocol_says(app: Starlette) -> None:
    (channel,) = [route for route in app.routes if isinstance(route, WebSocketRoute)]
    assert f"`{bare(channel.path)}`" in bare(Page("docs/protocol.md").text)


def test_the_client_shown_is_one() -> None:
    (example,) = (value for block in REST.blocks("json client record") for value in block.values())
    assert msgspec.convert(example, Client)
    assert list(example) == list(Client.__struct_fields__)
    assert msgspec.convert({name: example[name] for name in PATCHABLE}, ClientPatch)


def test_the_fields_of_a_patch_are_those_from_name_to_custom() -> None:
    names = list(Client.__struct_fields__)
    assert names[names.index("name") : names.index("custom") + 1] == PATCHABLE


def test_a_list_is_sorted_by_what_the_page_names() -> None:
    rows = REST.section("Lists").table("Parameter", "Means")
    (sort,) = [row for row in rows if row["Parameter"] == "`sort`"]
    assert [name for name in code_in(sort["Means"]) if name != "-"] == list(SORTS)
