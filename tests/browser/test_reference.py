"""The reference pages, in a browser that holds them to their content security policies."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, expect

from tests.services import ServerProcess


@pytest.fixture
def server(fresh_sqlite_url: str):
    with ServerProcess(fresh_sqlite_url) as process:
        yield process


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/docs", "#operations-clients-list_clients"),
        ("/redoc", 'text="/auth/register"'),
        ("/docs/channel", "#close-codes"),
        ("/docs/errors#not-found", "#not-found"),
    ],
)
async def test_a_reference_page_is_drawn_by_what_this_host_serves(
    server: ServerProcess,
    new_context: Callable[..., Awaitable[BrowserContext]],
    path: str,
    shown: str,
) -> None:
    page = await (await new_context()).new_page()
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda sent: (
            None
            if sent.url.startswith((server.base_url, "data:"))
            else faults.append(f"asked {sent.url}")
        ),
    )

    await page.goto(f"{server.base_url}{path}")

    await expect(page.locator(shown).first).to_be_visible()
    assert faults == []
