"""A few dozen clients at work, several on each instance, until they are told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from time import monotonic

from tests.fault.browser import Browser
from tests.fault.cluster import Cluster, Node
from tests.fault.history import History
from tests.fault.participant import Participant
from tests.fault.people import Person, common_workspaces, sign_up_many
from tests.fault.script import Script
from tests.services import eventually


@dataclass(frozen=True)
class Plan:
    """`think_s`: how long a client waits between two commands, on average; `arrive_within_s`: how long after the
    last one everybody must have every change."""

    workspaces: int = 2
    people: int = 4
    browsers_per_instance: int = 4
    scripts_per_instance: int = 1
    think_s: float = 0.25
    drop_rate: float = 0.05
    haste: float = 0.05
    arrive_within_s: float = 15.0


class Workload:
    def __init__(self, cluster: Cluster, seed: str, plan: Plan) -> None:
        self.cluster = cluster
        self.seed = seed
        self.plan = plan
        self.people: list[Person] = []
        self.workspace_ids: list[str] = []
        self.participants: list[Participant] = []
        self.visitors: list[History] = []  # of those who came and went
        self.texts: dict[str, str] = {}
        self._may_write = asyncio.Event()
        self._hurry: set[str] = set()
        self._writing: list[asyncio.Task[None]] = []

    @property
    def browsers(self) -> list[Browser]:
        return [one for one in self.participants if isinstance(one, Browser)]

    @property
    def histories(self) -> list[History]:
        return [one.history for one in self.participants] + self.visitors

    async def prepare(self) -> None:
        """Accounts, workspaces and clients; nobody has connected yet."""
        plan, cluster = self.plan, self.cluster
        self.people = await sign_up_many(cluster, plan.people)
        self.workspace_ids = await common_workspaces(cluster, self.people, plan.workspaces)
        for place, node in enumerate(cluster.nodes):
            for number in range(plan.browsers_per_instance):
                self._add_browser(node, place + number)
            for number in range(plan.scripts_per_instance):
                self._add_script(node, place + number)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everybody follows and writes; at the end, nobody is connected any more."""
        async with asyncio.TaskGroup() as tasks:
            following = [tasks.create_task(one.follow()) for one in self.participants]
            self._may_write.set()
            self._writing = [tasks.create_task(self._write(one)) for one in self.participants]
            try:
                yield
            finally:
                self._may_write.clear()
                for browser in self.browsers:
                    browser.drop()
                for task in following + self._writing:
                    task.cancel()

    async def settle(self) -> None:
        """No new commands; those under way come to their end."""
        self._may_write.clear()
        await asyncio.wait(self._writing)

    async def arrive(self, heads: Mapping[str, int]) -> None:
        """Wait until everybody has come to the log's head, though not for ever: that is the checker's business."""
        deadline = monotonic() + self.plan.arrive_within_s

        def arrived() -> bool:
            return monotonic() > deadline or all(
                one.board is not None and one.seq >= heads[one.workspace_id]
                for one in self.participants
            )

        await eventually(arrived, timeout=self.plan.arrive_within_s + 1)

    @asynccontextmanager
    async def visit(self, node: Node) -> AsyncIterator[Browser]:
        """One more browser, that reads through a small window and writes nothing; it is checked like the others."""
        browser = Browser(
            f"visitor {len(self.visitors) + 1}",
            self.seed,
            self.people[0],
            self.workspace_ids[0],
            self.cluster.nodes,
            self.texts,
            home=node,
            small_window=True,
        )
        self.visitors.append(browser.history)
        following = asyncio.create_task(browser.follow())
        try:
            yield browser
        finally:
            browser.drop()
            following.cancel()
            await asyncio.wait({following})

    def head_seen(self, workspace_id: str) -> int:
        """The last change that any participant has."""
        return max(one.seq for one in self.participants if one.workspace_id == workspace_id)

    def hurry(self, node: Node) -> None:
        """Whoever is connected to the instance sends its next command now."""
        self._hurry |= {one.name for one in self.browsers if one.instance == node.name}

    def _add_browser(self, node: Node, number: int) -> None:
        self.participants.append(
            Browser(
                f"browser {len(self.participants) + 1}",
                self.seed,
                self._somebody(),
                self.workspace_ids[number % len(self.workspace_ids)],
                self.cluster.nodes,
                self.texts,
                home=node,
                drop_rate=self.plan.drop_rate,
                haste=self.plan.haste,
            )
        )

    def _add_script(self, node: Node, number: int) -> None:
        self.participants.append(
            Script(
                f"script {len(self.participants) + 1}",
                self.seed,
                self._somebody(),
                self.workspace_ids[number % len(self.workspace_ids)],
                self.cluster.nodes,
                self.texts,
            )
        )

    def _somebody(self) -> Person:
        return self.people[len(self.participants) % len(self.people)]

    async def _write(self, one: Participant) -> None:
        random = Random(f"{self.seed}/{one.name}/pace")
        while self._may_write.is_set():
            await self._think(one, random.expovariate(1 / self.plan.think_s))
            if one.board is not None and self._may_write.is_set():
                await one.carry_out(one.chooser.next_command(one.board))

    async def _think(self, one: Participant, seconds: float) -> None:
        end = monotonic() + min(seconds, 10 * self.plan.think_s)
        while monotonic() < end and self._may_write.is_set() and one.name not in self._hurry:
            await asyncio.sleep(min(0.02, seconds))
        self._hurry.discard(one.name)
