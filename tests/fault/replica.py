"""A replica of a workspace, made from its changes by the rules of the contract alone."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from tests.fault.history import Json


class Misfit(Exception):
    """A change that cannot follow what came before it."""


class Replica:
    """Every entity by kind and id, as they stand after the change numbered `seq`."""

    def __init__(self, seq: int = 0, clients: Iterable[Json] = ()) -> None:
        self.seq = seq
        self._entities: dict[str, dict[str, Json]] = {
            "client": {client["id"]: client for client in clients}
        }

    @property
    def clients(self) -> dict[str, Json]:
        return self._entities["client"]

    @property
    def comments(self) -> dict[str, Json]:
        return self._entities.setdefault("comment", {})

    def apply(self, change: Json) -> None:
        """Take the next change over.

        What was loaded may already hold changes numbered above its `seq`: a change that is not newer than
        the entity, or that concerns one that has gone since, has had its effect.
        """
        self.seq = change["seq"]
        entities = self._entities.setdefault(change["entity"], {})
        known = entities.get(change["id"])
        if known is not None and change["version"] <= known.get("version", 0):
            return
        if change["op"] in ("created", "restored"):
            entities[change["id"]] = deepcopy(change["data"])
        elif change["op"] == "deleted":
            entities.pop(change["id"], None)
        elif known is not None:
            entities[change["id"]] = {**known, **change["data"], "version": change["version"]}


class StrictReplica(Replica):
    """One that starts before the first change, where every change of a client or comment must fit exactly."""

    def __init__(self) -> None:
        super().__init__()
        self._last_version: dict[tuple[str, str], int] = {}

    def apply(self, change: Json) -> None:
        """Raises `Misfit`, having taken the change over all the same."""
        key = (change["entity"], change["id"])
        complaint = None
        if change["entity"] in ("client", "comment"):
            complaint = self._complaint(change, self._last_version.get(key, 0))
        self._last_version[key] = change["version"]
        super().apply(change)
        if complaint is not None:
            raise Misfit(complaint)

    def _complaint(self, change: Json, last_version: int) -> str | None:
        entity, op, id_ = change["entity"], change["op"], change["id"]
        is_there = id_ in self._entities.setdefault(entity, {})
        if op in ("created", "restored") and is_there:
            return f"{entity} {id_} is {op} while it is there"
        if op in ("updated", "deleted") and not is_there:
            return f"{entity} {id_} is {op} while it is not there"
        if change["version"] != last_version + 1:
            return f"{entity} {id_} goes from version {last_version} to {change['version']}"
        return None
