"""A rolling restart: behind the nginx that compose.yaml ships, each instance is replaced in turn under load."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from time import monotonic
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import BrowserContext, WebSocket

from tests.browser.screens import BoardScreen, Entry
from tests.browser.tab import CONNECTION_LOST, Tab
from tests.drivers import Desk, Instance
from tests.fault.checker import check
from tests.fault.cluster import Cluster, Node
from tests.fault.collect import collect
from tests.fault.figures import figures_of
from tests.fault.history import Acknowledged, Ended, History, Loaded, Welcomed
from tests.fault.workload import Plan, Workload
from tests.services import Nginx, eventually

CROWD = Plan(browsers_per_instance=24, scripts_per_instance=3, think_s=0.4, drop_rate=0.0)
# A drained channel comes back at once, and finds another instance behind the same address.
LONGEST_INTERRUPTION_S = 6.0


@pytest.mark.fault
@pytest.mark.browser
async def test_a_rolling_restart_loses_no_write_and_reloads_no_page(
    cluster: Cluster,
    seed: str,
    new_context: Callable[..., Awaitable[BrowserContext]],
    record_property: Callable[[str, object], None],
) -> None:
    with Nginx([node.server.port for node in cluster.nodes]) as nginx:
        front = Node("nginx", nginx, cluster.nodes[0].redis)  # type: ignore[arg-type]
        behind_nginx = dataclasses.replace(cluster, nodes=[front])
        async with Instance(nginx) as instance:  # type: ignore[arg-type]
            desk = await (await instance.sign_up("Ana")).new_workspace()
            page = await Page.of(desk, nginx.base_url, new_context)
            workload = Workload(behind_nginx, seed, CROWD)
            await workload.prepare()
            async with workload.running():
                for node in cluster.nodes:
                    await asyncio.sleep(0.5)  # the load that the restart meets
                    await replace(node)
                    await added(desk, node.name)
                await workload.settle()
                evidence = await collect(workload)
            await page.board.shows(Lead=[node.name for node in cluster.nodes])
            assert await page.tab.still_marked(), "the page was loaded anew"
        await front.http.aclose()

    violations, histories = check(evidence), evidence.histories
    figures = figures_of(histories)
    assert not violations, f"SEED={seed}\n" + "\n".join(map(str, violations[:20]))
    assert not cluster.errors(), cluster.errors()[:3]
    assert sum(isinstance(e, Acknowledged) for h in histories for e in h.events) > len(histories)
    for history in histories:
        assert sum(isinstance(event, Loaded) for event in history.events) <= 1, history.client
    longest = max((*interruptions(histories), *page.interruptions))
    told = (
        f"{figures.acknowledged} writes acknowledged, {figures.reconnects} channels came back, "
        f"longest interruption {longest:.2f} s, of the page's {max(page.interruptions, default=0):.2f} s"
    )
    record_property("figures", told)
    assert page.interruptions, "the page's own channel was never interrupted"
    assert longest < LONGEST_INTERRUPTION_S


async def added(desk: Desk, name: str) -> None:
    """nginx repeats no write that it has passed on: whoever gets 502 asks again under the same key."""
    person = desk.person
    headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": uuid4().hex}

    async def asked() -> httpx.Response | None:
        path = f"/api/v1{desk.path}/clients"
        answer = await person.instance.http.post(path, json={"name": name}, headers=headers)
        return None if answer.status_code == 502 else answer

    answer = await eventually(asked, timeout=LONGEST_INTERRUPTION_S)
    assert answer.status_code == 201, answer.text


async def replace(node: Node) -> None:
    """SIGTERM, and a new process in its place."""
    exit_code = await asyncio.to_thread(node.server.stop)
    assert exit_code in (0, -signal.SIGTERM), "it had to be killed"
    await node.restart()


def interruptions(histories: Iterable[History]) -> list[float]:
    """How long each channel was away, from its end to the welcome of the next one."""
    return [
        after.at - before.at
        for history in histories
        for before, after in pairwise(
            event for event in history.events if isinstance(event, Ended | Welcomed)
        )
        if isinstance(before, Ended) and isinstance(after, Welcomed)
    ]


class Page:
    """A real page, marked; `interruptions`: how long its channel was away each time, in seconds."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.board = BoardScreen(tab)
        self.interruptions: list[float] = []
        self._ended_at: float | None = None
        tab.page.on("websocket", self._watch)

    @classmethod
    async def of(
        cls, desk: Desk, origin: str, new_context: Callable[..., Awaitable[BrowserContext]]
    ) -> Page:
        page = cls(Tab(await (await new_context()).new_page(), origin))
        page.tab.expect(*CONNECTION_LOST)
        await page.tab.go(f"#/w/{desk.workspace_id}")
        await Entry(page.tab).sign_in(desk.person.email)
        await page.board.is_live()
        await page.tab.mark()
        return page

    def _watch(self, socket: WebSocket) -> None:
        socket.on("close", lambda _: self._ended())
        socket.on("framereceived", lambda _: self._heard())

    def _ended(self) -> None:
        self._ended_at = monotonic()

    def _heard(self) -> None:
        if self._ended_at is not None:
            self.interruptions.append(monotonic() - self._ended_at)
            self._ended_at = None
