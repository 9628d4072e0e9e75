"""Idempotency: the answer to a command is kept under its key, and given again to whoever repeats it.

Only effects are kept. What was refused had none, and a repetition is looked at anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec

from server.errors import Invalid, Unavailable
from storage import Storage
from storage.errors import Duplicate
from storage.outcomes import KeptOutcome
from storage.records import Outcome

_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Answer:
    """What the sender gets: `result` is JSON text; `seq` the log's head once it was done."""

    status: int
    seq: int
    version: int | None
    result: bytes


def fingerprint_of(*what: object) -> str:
    """Equal for equal commands, however their JSON was written."""
    return hashlib.sha256(_encoder.encode(what)).hexdigest()


def outcome_of(answer: Answer, fingerprint: str) -> Outcome:
    """How `answer` is kept."""
    return Outcome(
        fingerprint=fingerprint,
        status=answer.status,
        seq=answer.seq,
        version=answer.version,
        result=answer.result,
    )


def answer_of(outcome: Outcome | None, fingerprint: str) -> Answer | None:
    """What was kept, if anything was. Raises `Invalid` if that was to another command."""
    if outcome is None:
        return None
    if outcome.fingerprint != fingerprint:
        raise Invalid.field(
            "Idempotency-Key",
            "Was used for another command: every command has an id of its own",
        )
    return Answer(outcome.status, outcome.seq or 0, outcome.version, outcome.result)


class Answers:
    """The kept answers, by user and key. They are kept in the transaction of the effect itself."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def find(self, user_id: str, key: str | None, fingerprint: str) -> Answer | None:
        """The first answer under this key. Raises `Invalid` if that was to another command."""
        if key is None:
            return None
        return answer_of(await self._storage.outcomes.find(user_id, key), fingerprint)

    async def remember(
        self,
        user_id: str,
        key: str | None,
        fingerprint: str,
        answer: Answer,
        now: datetime,
        workspace_id: str | None,
    ) -> None:
        """Keep `answer`, for as long as its workspace is there. Raises `Duplicate`."""
        if key is not None:
            outcome = outcome_of(answer, fingerprint)
            kept = KeptOutcome(user_id, key, workspace_id, outcome, now)
            await self._storage.outcomes.remember(kept)

    async def after_collision(
        self, user_id: str, key: str | None, fingerprint: str, duplicate: Duplicate
    ) -> Answer:
        """Two tries of one command ran where no lock orders them, and the other one has won."""
        answer = await self.find(user_id, key, fingerprint)
        if answer is None:
            raise Unavailable(f"This collided with another ({duplicate.field}): repeat it.")
        return answer
