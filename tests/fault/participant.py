"""One client of the run: it notes all it sends and hears, and repeats a command until its outcome is known."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from http import HTTPStatus
from random import Random
from time import monotonic
from typing import Any

import httpx

from tests.fault import rest
from tests.fault.choices import Chooser
from tests.fault.cluster import Node
from tests.fault.history import (
    Acknowledged,
    Command,
    History,
    Json,
    Loaded,
    Path,
    Received,
    Refused,
    Sent,
    Unknown,
)
from tests.fault.people import Person
from tests.fault.replica import Replica

JITTER_FIRST_S, JITTER_CAP_S = 0.05, 1.0
KNOWN_WITHIN_S = 40.0


class Participant:
    """`board` is its replica, None until it has loaded one. `texts` is shared, so that a change is kept once."""

    def __init__(
        self,
        name: str,
        seed: str,
        person: Person,
        workspace_id: str,
        nodes: list[Node],
        texts: dict[str, str],
    ) -> None:
        self.name = name
        self.workspace_id = workspace_id
        self.history = History(name, person.id, workspace_id)
        self.board: Replica | None = None
        self.chooser = Chooser(f"{seed}/{name}/commands")
        self._person = person
        self._nodes = nodes
        self._random = Random(f"{seed}/{name}/network")
        self._texts = texts
        self._held_back: list[Json] | None = None  # changes that wait for the board to be loaded
        self._attempts: defaultdict[str, int] = defaultdict(int)

    @property
    def seq(self) -> int:
        return 0 if self.board is None else self.board.seq

    async def follow(self) -> None:
        """Keep the board true until cancelled."""
        raise NotImplementedError

    async def carry_out(self, command: Command) -> None:
        """Send the command, and again under the same key, until its outcome is known or all patience spent."""
        await self.repeat_until_known(command)

    async def repeat_until_known(self, command: Command) -> None:
        deadline, tries = monotonic() + KNOWN_WITHIN_S, 0
        while monotonic() < deadline:
            if await self._over_rest(command, self._random.choice(self._nodes)):
                return
            await self._pause(tries)
            tries += 1

    async def _pause(self, failures: int) -> None:
        """Full jitter."""
        limit = min(JITTER_CAP_S, JITTER_FIRST_S * 2 ** min(failures, 10))
        await asyncio.sleep(self._random.uniform(0, limit))

    async def _over_rest(self, command: Command, node: Node) -> bool:
        """One try; whether its outcome is known now."""
        attempt = self._note_sent(command, "rest", node.name, None)
        try:
            response = await rest.send(node.http, self.workspace_id, self._person.headers, command)
        except httpx.HTTPError as error:
            self._note_unknown(command.id, attempt, repr(error))
            return False
        if response.is_success:
            result = response.json() if response.content else None
            version = rest.version_of(response)
            self._note_acknowledged(command.id, attempt, None, version, result)
            return True
        return self._note_problem(command.id, attempt, response.status_code, response.text)

    async def _load(self, epoch: int) -> None:
        """Load the board, then apply what has been held back meanwhile."""
        tries = 0
        while True:
            node = self._random.choice(self._nodes)
            try:
                seq, clients = await rest.read_board(
                    node.http, self.workspace_id, self._person.headers
                )
                break
            except httpx.HTTPError:
                await self._pause(tries)
                tries += 1
        self.history.note(Loaded(epoch, node.name, seq, monotonic()))
        self.board = Replica(seq, clients)
        held_back, self._held_back = self._held_back or [], None
        for change in held_back:
            if change["seq"] > seq:
                self._apply(change)

    def _take_change(self, epoch: int, change: Json, text: str | None = None) -> None:
        if text is None:
            text = json.dumps(change)
        shared = self._texts.setdefault(text, text)
        self.history.note(Received(epoch, change["seq"], shared, monotonic()))
        if self._held_back is None:
            self._apply(change)
        else:
            self._held_back.append(change)

    def _apply(self, change: Json) -> None:
        assert self.board is not None, "changes are held back until there is a board"
        self.board.apply(change)
        if change["entity"] == "client" and change["op"] == "deleted":
            self.chooser.saw_deleted(change["id"])

    # Notes

    def _note_sent(self, command: Command, path: Path, instance: str, epoch: int | None) -> int:
        self._attempts[command.id] += 1
        attempt = self._attempts[command.id]
        self.history.note(Sent(command, attempt, path, instance, epoch, monotonic()))
        return attempt

    def _note_acknowledged(
        self, command_id: str, attempt: int, seq: int | None, version: int | None, result: Any
    ) -> None:
        self.history.note(Acknowledged(command_id, attempt, seq, version, result, monotonic()))

    def _note_unknown(
        self, command_id: str, attempt: int, reason: str, status: int | None = None
    ) -> None:
        self.history.note(Unknown(command_id, attempt, reason, monotonic(), status))

    def _note_problem(self, command_id: str, attempt: int, status: int, detail: str) -> bool:
        """Whether the outcome is known: a server that failed or was away may have done it all the same."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._note_unknown(command_id, attempt, detail, status)
            return False
        self.history.note(Refused(command_id, attempt, status, detail, monotonic()))
        return status != HTTPStatus.TOO_MANY_REQUESTS
