"""How smooth the board is in Chromium: python -m bench.browser_drag [clients ...]

For each size (500 and 5,000 unless given) a server of its own, a workspace of so many clients, and a
browser that loads the board and drags one card across it, with Chromium's tracing on. Prints when
the first cards are painted, and the main thread's tasks during the drag; then the size of the app.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.browser.screens import Entry
from tests.browser.tab import Tab
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.drivers import Desk, Instance
from tests.services import ROOT, ServerProcess, browser_program

SIZES = (500, 5_000)
LONG_MS = 50
FRAME_S = 1 / 60
Task = tuple[float, float]  # milliseconds: by the clock, and of the processor
VIEWPORT: Any = {"width": 1440, "height": 900}
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
# When the first card has been painted, in milliseconds since the page was asked for.
WATCH = """
    new MutationObserver((_, observer) => {
        if (!document.querySelector("[data-card]")) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => (window.firstCardAt = performance.now())));
    }).observe(document, { childList: true, subtree: true });
"""
PLACES = ("Nordlys", "Aurora", "Kestrel", "Bluepeak", "Hartwell", "Lagos", "Demir", "Fjord", "Ipê")
TRADES = ("Cycles", "Padaria", "Analytics", "Robotics", "Books", "Freight", "Tekstil", "Hotel")
FIRST = ("Helena", "Tomás", "Priya", "Marek", "Joana", "Samuel", "Ingrid", "Chen", "Laura", "Yusuf")
LAST = ("Prado", "Lindgren", "Raman", "Dvořák", "Teixeira", "Okafor", "Haug", "Wei", "Bianchi")
TAGS = ("retail", "saas", "inbound", "priority", "health", "logistics", "hospitality", "design")
STAGES = ("lead", "contacted", "proposal", "won", "lost")


def clients(count: int, owners: list[str], now: datetime) -> list[dict[str, Any]]:
    """Different from each other, and the same in each run."""
    people = itertools.cycle(itertools.product(FIRST, LAST))
    found: list[dict[str, Any]] = []
    for number, (first, last) in zip(range(count), people, strict=False):
        place, trade = PLACES[number * 7 % len(PLACES)], TRADES[number * 5 % len(TRADES)]
        draft: dict[str, Any] = {
            "name": f"{first} {last}",
            "company": f"{place} {trade}",
            "email": f"{first}.{last}.{number}@{place}.example".lower().replace("ê", "e"),
            "stage": STAGES[number * number % 23 % len(STAGES)],
            "tags": [TAGS[(number + step) * 3 % len(TAGS)] for step in range(number % 4)],
            "owner_id": owners[number % len(owners)],
        }
        if number % 5:
            amount = (number * 7_919 % 400 + 1) * 25_000
            draft["value"] = {"amount": amount, "currency": ("EUR", "USD", "BRL")[number % 3]}
        if number % 3:
            draft["next_action_at"] = (now + timedelta(days=number % 30 - 4)).isoformat()
        found.append(draft)
    return found


async def fill(desk: Desk, count: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    drafts = clients(count, [desk.person.id], now)
    operations = [{"op": "client.create", "data": draft} for draft in drafts]
    for start in range(0, count, 500):
        body = {"operations": operations[start : start + 500]}
        response = await desk.post("/clients/bulk", body)
        assert response.status_code == 200, response.text


async def measure(browser: Browser, count: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(f"sqlite:///{Path(folder) / 'bench.db'}") as process,
    ):
        async with Instance(process) as instance:
            desk = await (await instance.sign_up("Ana Souza")).new_workspace("Sales")
            await fill(desk, count)
            await measure_board(browser, desk, count)


async def measure_board(browser: Browser, desk: Desk, count: int) -> None:
    context = await browser.new_context(viewport=VIEWPORT)
    page = await context.new_page()
    tab = Tab(page, desk.person.instance.process.base_url)
    await tab.go(f"#/w/{desk.workspace_id}")
    await Entry(tab).sign_in(desk.person.email)
    await page.locator("[data-card]").first.wait_for()
    await page.add_init_script(WATCH)
    visible = []
    for _ in range(3):
        await page.reload()
        await page.wait_for_function("() => window.firstCardAt")
        visible.append(await page.evaluate("Math.round(window.firstCardAt)"))
    await page.wait_for_load_state("networkidle")
    session = await browser.new_browser_cdp_session()
    tasks = await traced_drag(session, page)
    long = sorted((wall for wall, _ in tasks if wall > LONG_MS), reverse=True)
    wall, cpu = max(wall for wall, _ in tasks), max(cpu for _, cpu in tasks)
    print(f"{count} clients")
    print(f"  first cards painted after   {', '.join(map(str, visible))} ms (three loads)")
    print(f"  tasks during a drag         {len(tasks)}, the longest {wall:.1f} ms")
    print(f"  most processor time of one  {cpu:.1f} ms")
    print(f"  tasks over {LONG_MS} ms            {len(long)} {[round(task, 1) for task in long]}")
    await context.close()


async def traced_drag(session: CDPSession, page: Page) -> list[Task]:
    """The page's main thread's tasks while a card is dragged."""
    events: list[dict[str, Any]] = []
    done = asyncio.Event()
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: done.set())
    config = {"includedCategories": CATEGORIES}
    await session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
    await drag(page)
    await session.send("Tracing.end")
    await done.wait()
    return main_thread_tasks(events)


async def drag(page: Page) -> None:
    """Lift a card of the first column, cross the board, let a column scroll at its foot, and drop."""
    card = await page.locator("[data-card]").nth(2).bounding_box()
    columns = [await column.bounding_box() for column in await page.locator("[data-stage]").all()]
    assert card is not None
    x, y = card["x"] + 60, card["y"] + 20
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 10, y, steps=2)
    await page.locator(".ghost").wait_for()
    for column in columns[1:] + columns[-2::-1]:
        assert column is not None
        to_x, to_y = column["x"] + column["width"] / 2, column["y"] + column["height"] * 0.6
        for step in range(1, 16):
            await page.mouse.move(x + (to_x - x) * step / 15, y + (to_y - y) * step / 15)
            await asyncio.sleep(FRAME_S)
        x, y = to_x, to_y
    foot = columns[0]
    assert foot is not None
    await page.mouse.move(x, foot["y"] + foot["height"] - 40, steps=10)
    await asyncio.sleep(2)
    await page.mouse.up()
    await page.locator(".ghost").wait_for(state="detached")
    await asyncio.sleep(0.3)


def main_thread_tasks(events: list[dict[str, Any]]) -> list[Task]:
    """Of the renderer that did the most, as the browser's own pages have renderers too."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[Task]] = {main: [] for main in mains}
    for event in events:
        thread = (event["pid"], event["tid"])
        if thread in tasks and event["name"] == "RunTask" and "dur" in event:
            tasks[thread].append((event["dur"] / 1_000, event.get("tdur", 0) / 1_000))
    return max(tasks.values(), key=lambda found: sum(wall for wall, _ in found))


def print_sizes() -> None:
    print("size, gzip")
    for kind in ("js", "css"):
        files = (ROOT / "static/dist").glob(f"*.{kind}")
        size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
        print(f"  {kind:27} {size / 1024:.1f} KiB")


async def main(sizes: list[int]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_program(), args=CHROMIUM_ARGUMENTS
        )
        for size in sizes:
            await measure(browser, size)
        await browser.close()
    print_sizes()


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
