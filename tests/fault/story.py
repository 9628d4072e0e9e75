"""A history in which all is well, to plant faults in: Ana writes, Ana and Ben follow, two instances serve."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fault.evidence import Evidence, Stored, View
from tests.fault.history import (
    Acknowledged,
    Command,
    History,
    Json,
    Received,
    Refused,
    Sent,
    Unknown,
    Welcomed,
)
from tests.fault.replica import Replica

WORKSPACE = "w1"


@dataclass
class Story:
    log: list[Json] = field(default_factory=list)
    ana: History = field(default_factory=lambda: _follower("ana"))
    ben: History = field(default_factory=lambda: _follower("ben"))
    _truth: Replica = field(default_factory=Replica)

    def create(self, id_: str) -> str:
        data = {"id": id_, "name": f"Client {id_}", "version": 1}
        body = {"op": "client.create", "data": {"id": id_, "name": data["name"]}}
        return self._carry_out(body, "created", id_, 1, data, data)

    def update(self, id_: str, **fields: Any) -> str:
        version = self._truth.clients[id_]["version"] + 1
        result = {**self._truth.clients[id_], **fields, "version": version}
        body = {"op": "client.update", "client_id": id_, "data": fields}
        return self._carry_out(body, "updated", id_, version, fields, result)

    def delete(self, id_: str) -> str:
        version = self._truth.clients[id_]["version"] + 1
        body = {"op": "client.delete", "client_id": id_}
        return self._carry_out(body, "deleted", id_, version, {}, None)

    def refuse(self, id_: str, status: int = 404) -> str:
        """Ana updates a client that is not there."""
        command_id = self._send({"op": "client.update", "client_id": id_, "data": {"name": "?"}})
        self.ana.note(Refused(command_id, 1, status, "There is no such client.", 0.0))
        return command_id

    def leave_unanswered(self, id_: str) -> str:
        command_id = self._send({"op": "client.delete", "client_id": id_})
        self.ana.note(Unknown(command_id, 1, "connection lost", 0.0))
        return command_id

    def evidence(self) -> Evidence:
        log = deepcopy(self.log)
        clients = list(self._truth.clients.values())
        stored = Stored(WORKSPACE, len(log), log, clients, [])
        views = [
            View(whose, WORKSPACE, len(log), deepcopy(clients))
            for whose in ("ana", "ben", "instance 1", "instance 2")
        ]
        return Evidence([self.ana, self.ben], [stored], views)

    def _send(self, body: Json) -> str:
        number = sum(isinstance(event, Sent) for event in self.ana.events) + 1
        command = Command(f"command-{number}", body)
        self.ana.note(Sent(command, 1, "socket", "instance 1", 1, 0.0))
        return command.id

    def _carry_out(
        self, body: Json, op: str, id_: str, version: int, data: Json, result: Json | None
    ) -> str:
        command_id = self._send(body)
        change: Json = {
            "seq": len(self.log) + 1,
            "at": "2026-01-05T09:31:12Z",
            "actor": {"id": "user-ana", "name": "Ana", "via": "socket"},
            "entity": "client",
            "op": op,
            "id": id_,
            "version": version,
            "data": data,
            "command_id": command_id,
        }
        self.log.append(change)
        self._truth.apply(change)
        text = json.dumps({"type": "change", **change})
        for history in (self.ana, self.ben):
            history.note(Received(1, change["seq"], text, 0.0))
        self.ana.note(Acknowledged(command_id, 1, change["seq"], version, result, 0.0))
        return command_id


def good_story() -> Story:
    """Six changes of two clients, and a refusal."""
    story = Story()
    story.create("c1")
    story.create("c2")
    story.update("c1", name="Nordlys")
    story.refuse("nobody")
    story.update("c2", name="Aurora")
    story.delete("c1")
    story.update("c2", name="Kestrel")
    return story


def received_at(history: History, seq: int) -> int:
    """The place in a history where a change came."""
    for place, event in enumerate(history.events):
        if isinstance(event, Received) and event.seq == seq:
            return place
    raise AssertionError(f"{seq} never came")


def retold(received: Received, **changed: Any) -> Received:
    """The same change with other words."""
    return replace(received, text=json.dumps({**json.loads(received.text), **changed}))


def _follower(name: str) -> History:
    welcome = Welcomed(1, "instance 1", 0, None, False, 0.0)
    return History(name, f"user-{name}", WORKSPACE, [welcome])
