"""What a client decides to do next: at random, from a seed, on the board as it sees it."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Sequence
from random import Random

from fractional_indexing import generate_key_between

from tests.fault.history import Command, Json
from tests.fault.replica import Replica

STAGES = ("lead", "contacted", "proposal", "won", "lost")
# Of a hundred commands on a board of the size it should have.
SHARES = {
    "client.update": 36,
    "client.create": 20,
    "move": 18,
    "client.delete": 9,
    "comment.create": 8,
    "client.restore": 5,
    "client.bulk": 4,
}
FEW_CLIENTS, MANY_CLIENTS = 8, 60


# What an update of `large_updates` writes to the log and to every follower.
LARGE_KEYS, LARGE_VALUE = 45, 1900
LARGE_BYTES = LARGE_KEYS * LARGE_VALUE


class Chooser:
    """Every update carries a mark of its own, so that each accepted one is a change."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._marks = 0
        self._deleted: deque[str] = deque(maxlen=20)

    def saw_deleted(self, client_id: str) -> None:
        """It may be restored."""
        self._deleted.append(client_id)

    def decides(self, rate: float) -> bool:
        return self._random.random() < rate

    def next_command(self, board: Replica) -> Command:
        clients = sorted(board.clients)
        body = self._body(self._kind(len(clients)), clients, board)
        return self.command(body)

    def command(self, body: Json) -> Command:
        """The command under an id of its own."""
        return Command(str(uuid.UUID(int=self._random.getrandbits(128), version=4)), body)

    def large_updates(self, client_ids: Sequence[str]) -> Command:
        """One transaction, in which every change is of `LARGE_BYTES`."""
        return self._updates(client_ids, keys=LARGE_KEYS)

    def small_updates(self, client_ids: Sequence[str]) -> Command:
        """Takes back what `large_updates` has written."""
        return self._updates(client_ids, keys=1)

    def _updates(self, client_ids: Sequence[str], keys: int) -> Command:
        operations = [
            {
                "op": "client.update",
                "client_id": client_id,
                "data": {
                    "custom": {
                        str(key): self._mark().ljust(LARGE_VALUE, ".") for key in range(keys)
                    }
                },
            }
            for client_id in client_ids
        ]
        return self.command({"op": "client.bulk", "operations": operations})

    def _kind(self, clients: int) -> str:
        if clients < FEW_CLIENTS:
            return "client.create"
        kind = self._random.choices(list(SHARES), weights=list(SHARES.values()))[0]
        if kind == "client.create" and clients > MANY_CLIENTS:
            return "client.delete"
        if kind == "client.restore" and not self._deleted:
            return "client.update"
        return kind

    def _body(self, kind: str, clients: list[str], board: Replica) -> Json:
        if kind == "client.create":
            return self._create()
        if kind == "client.restore":
            return {"op": kind, "client_id": self._random.choice(self._deleted)}
        if kind == "client.bulk":
            return {"op": kind, "operations": self._operations(clients, board)}
        client_id = self._random.choice(clients)
        if kind == "comment.create":
            return {"op": kind, "client_id": client_id, "data": {"body": self._mark()}}
        if kind == "client.delete":
            return {"op": kind, "client_id": client_id}
        body: Json = {"op": "client.update", "client_id": client_id, "data": self._patch()}
        if kind == "move":
            body["data"] |= self._place(board)
        elif self.decides(0.2):
            body["if_version"] = board.clients[client_id]["version"]
        return body

    def _create(self) -> Json:
        data = {"name": f"Client {self._mark()}", **self._patch()}
        if self.decides(0.7):
            data["stage"] = self._random.choice(STAGES)
        if self.decides(0.5):
            data["id"] = f"own-{self._random.getrandbits(64):016x}"
        return {"op": "client.create", "data": data}

    def _operations(self, clients: list[str], board: Replica) -> list[Json]:
        """Each on another client, so that a repetition would show."""
        created = self._create()
        created["data"]["id"] = f"own-{self._random.getrandbits(64):016x}"
        updated, deleted, moved = self._random.sample(clients, 3)
        return [
            created,
            {"op": "client.update", "client_id": updated, "data": self._patch()},
            {"op": "client.delete", "client_id": deleted},
            {
                "op": "client.update",
                "client_id": moved,
                "data": self._patch() | self._place(board),
            },
        ]

    def _patch(self) -> Json:
        patch: Json = {"phone": self._mark()}
        if self.decides(0.3):
            patch["value"] = {"amount": self._random.randrange(10**9), "currency": "EUR"}
        if self.decides(0.2):
            patch["tags"] = self._random.sample(["retail", "fair", "Größe", "東京", "🙂"], 2)
        if self.decides(0.2):
            patch["next_action_at"] = f"2027-0{self._random.randint(1, 9)}-11T09:00:00+02:00"
        if self.decides(0.2):
            patch["custom"] = {"bikes": self._random.randrange(100), "rate": 0.5}
        if self.decides(0.2):
            patch["notes"] = "n" * self._random.randrange(3000)
        if self.decides(0.1):
            patch["company"] = None
        return patch

    def _place(self, board: Replica) -> Json:
        """A stage, and often a place in it: sometimes the very one that somebody else chooses now."""
        stage = self._random.choice(STAGES)
        if self.decides(0.4):
            return {"stage": stage}
        ranks = sorted({c["position"] for c in board.clients.values() if c["stage"] == stage})
        place = self._random.randint(0, len(ranks))
        before = ranks[place - 1] if place else None
        after = ranks[place] if place < len(ranks) else None
        return {"stage": stage, "position": generate_key_between(before, after)}

    def _mark(self) -> str:
        self._marks += 1
        return f"{self._random.getrandbits(40):010x}-{self._marks}"
