"""Many channels of one workspace that come back at the same moment."""

from __future__ import annotations

import asyncio
import json
from random import Random
from time import monotonic

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.fault.cluster import Node
from tests.fault.history import Ended, History, Received, Welcomed
from tests.fault.people import Person
from tests.fault.workload import Workload

MISSED_CHANGES = 15
BACK_WITHIN_S = 25.0


async def reconnect_all(workload: Workload, node: Node, count: int, random: Random) -> None:
    """They missed some changes, and stay until they have caught up. Each leaves a history for the checker."""
    workspace_id = workload.workspace_ids[0]
    head = workload.head_seen(workspace_id)
    async with asyncio.timeout(BACK_WITHIN_S), asyncio.TaskGroup() as tasks:
        for number in range(count):
            person = workload.people[number % len(workload.people)]
            name = f"visitor {len(workload.visitors) + 1}"
            visitor = _Visitor(
                History(name, person.id, workspace_id), person, workload.texts, head, random
            )
            workload.visitors.append(visitor.history)
            tasks.create_task(visitor.catch_up(node))


class _Visitor:
    """Comes back as often as need be, until it has every change up to `until`."""

    def __init__(
        self, history: History, person: Person, texts: dict[str, str], until: int, random: Random
    ) -> None:
        self.history = history
        self._person = person
        self._texts = texts
        self._since = max(0, until - MISSED_CHANGES)
        self._until = until
        self._random = random

    async def catch_up(self, node: Node) -> None:
        epoch = 0
        while self._since < self._until:
            epoch += 1
            try:
                async with connect(
                    f"{node.socket_url}/{self.history.workspace_id}",
                    compression=None,
                    ping_interval=None,
                    open_timeout=BACK_WITHIN_S,
                    close_timeout=1.0,
                    proxy=None,
                ) as socket:
                    await self._listen(socket, node, epoch)
            except (OSError, WebSocketException):
                await asyncio.sleep(self._random.uniform(0, 0.5))

    async def _listen(self, socket: ClientConnection, node: Node, epoch: int) -> None:
        since = self._since
        try:
            await socket.send(
                json.dumps({"type": "hello", "token": self._person.token, "since": since})
            )
            while self._since < self._until:
                text = str(await socket.recv())
                frame = json.loads(text)
                if frame["type"] == "welcome":
                    self.history.note(
                        Welcomed(
                            epoch, node.name, frame["seq"], since, frame["resumed"], monotonic()
                        )
                    )
                elif frame["type"] == "change":
                    self._since = frame["seq"]
                    shared = self._texts.setdefault(text, text)
                    self.history.note(Received(epoch, self._since, shared, monotonic()))
        finally:
            reason = socket.close_reason or ""
            self.history.note(Ended(epoch, socket.close_code, reason, monotonic()))
