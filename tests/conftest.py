"""Fixtures that every kind of test may ask for. Services start when first asked for, once a run."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.services import ROOT, PostgresServer, RedisServer, browser_program

TRACES = os.environ.get("TRACE") == "1"
ARTIFACTS = ROOT / "tests" / ".artifacts"
# Without these Chromium talks to its maker's hosts, and cannot run as root or without a GPU.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
FAILED = pytest.StashKey[bool]()


def pytest_configure() -> None:
    # A polite kill ends the run as Ctrl-C does, so that the services are stopped as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # In the background of a shell it is ignored, and would be by whatever is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have measured: their `record_property("figures", …)`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(f"{report.nodeid}: {value}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The shared cluster. A test that stops PostgreSQL makes a `PostgresServer` of its own."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The shared Redis. A test that harms Redis makes a `RedisServer` of its own."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def fresh_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def fresh_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'clientflow.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once for each dialect."""
    fixture = "fresh_sqlite_url" if request.param == "sqlite" else "fresh_postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser_program(), args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def new_context(
    request: pytest.FixtureRequest, browser: Browser
) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Opens browser contexts, each like a person's own browser, closed after the test.

    When the test fails, each leaves screenshots of its pages in tests/.artifacts; with TRACE=1 a trace as well, which
    makes every step take longer.
    """
    contexts: list[BrowserContext] = []

    async def open_context(**options: Any) -> BrowserContext:
        context = await browser.new_context(**options)
        context.set_default_timeout(10_000)
        if TRACES:
            await context.tracing.start(snapshots=True)
        contexts.append(context)
        return context

    yield open_context
    failed = request.node.stash.get(FAILED, False)
    for number, context in enumerate(contexts, 1):
        if failed:
            await _leave_evidence(context, f"{_file_name(request.node)}-{number}")
        await context.close()


async def _leave_evidence(context: BrowserContext, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    for number, page in enumerate(context.pages, 1):
        await page.screenshot(path=ARTIFACTS / f"{name}-page{number}.png", full_page=True)
    if TRACES:
        await context.tracing.stop(path=ARTIFACTS / f"{name}-trace.zip")


def _file_name(item: pytest.Item) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in item.name)
