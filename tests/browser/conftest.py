"""Servers and browsers for the tests of what a person sees. They start when first asked for.

Nothing is cleaned up between tests: each takes people and workspaces of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.screens import BoardScreen, Entry
from tests.browser.tab import PATIENCE_MS, Tab
from tests.conftest import FAILED
from tests.drivers import Desk, Instance
from tests.services import PostgresServer, RedisServer, ServerProcess

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
async def over_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """One process with SQLite, as development runs it."""
    file = tmp_path_factory.mktemp("browser") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}") as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture(scope="package")
async def over_redis(
    postgres_server: PostgresServer, redis_server: RedisServer
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two processes on one Postgres and one Redis, as production runs them."""
    async with two_instances(postgres_server, redis_server) as pair:
        yield pair


@asynccontextmanager
async def two_instances(
    postgres: PostgresServer, redis: RedisServer, settings: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Of one new database; they start at the same time, and the first to come migrates it."""
    url = postgres.create_database()
    processes = [ServerProcess(url, redis.url, settings) for _ in range(2)]
    try:
        await asyncio.gather(*(asyncio.to_thread(process.start) for process in processes))
        async with Instance(processes[0]) as first, Instance(processes[1]) as second:
            yield first, second
    finally:
        await asyncio.gather(*(asyncio.to_thread(process.close) for process in processes))
        postgres.drop_database(url)


class OpenTab(Protocol):
    async def __call__(
        self, at: Instance | str, path: str = "", *, beside: Tab | None = None, **options: Any
    ) -> Tab: ...


@pytest.fixture
async def open_tab(
    request: pytest.FixtureRequest, new_context: Callable[..., Awaitable[BrowserContext]]
) -> AsyncIterator[OpenTab]:
    """Opens a tab in a browser of its own, or `beside` another in the same browser.

    The test fails when a page has complained.
    """
    tabs: list[Tab] = []

    async def open_(
        at: Instance | str, path: str = "", *, beside: Tab | None = None, **options: Any
    ) -> Tab:
        context = await new_context(**options) if beside is None else beside.page.context
        origin = at if isinstance(at, str) else at.process.base_url
        tab = Tab(await context.new_page(), origin)
        tabs.append(tab)
        await tab.go(path)
        return tab

    yield open_
    complaints = [complaint for tab in tabs for complaint in tab.complaints]
    if complaints:
        request.node.stash[FAILED] = True  # so that it leaves its evidence
    assert complaints == [], "a page complained"


class SitDown(Protocol):
    async def __call__(
        self,
        desk: Desk,
        at: Instance | str | None = None,
        *,
        connection: str = "Live",
        **options: Any,
    ) -> BoardScreen: ...


@pytest.fixture
def sit_down(open_tab: OpenTab) -> SitDown:
    """Gives a person their board in a browser of their own, once it has that connection."""

    async def sit(
        desk: Desk,
        at: Instance | str | None = None,
        *,
        connection: str = "Live",
        **options: Any,
    ) -> BoardScreen:
        tab = await open_tab(at or desk.person.instance, address_of(desk), **options)
        await Entry(tab).sign_in(desk.person.email)
        board = BoardScreen(tab)
        await board.connection_is(connection)
        return board

    return sit


def address_of(desk: Desk) -> str:
    return f"#/w/{desk.workspace_id}"


@pytest.fixture
async def ana(over_sqlite: Instance) -> Desk:
    """Ana's desk, in a workspace that she has just made."""
    return await (await over_sqlite.sign_up("Ana")).new_workspace()
