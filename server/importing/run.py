"""An import: a trial that says what would be, and the real thing by the command path, in bounded memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, TypeAlias

import msgspec

from realtime.hub import Hub
from realtime.messages import ClientPatch, ImportClients, ImportFrame
from realtime.problems import FieldError
from server.commands.importing import Match, check_name, key_of, matching, merged, the_one
from server.commands.service import CommandService
from server.errors import AppError, Invalid
from server.identity.principal import Principal
from server.ids import digest
from server.importing.bad_rows import BadRows
from server.importing.rows import Refusal, RowReader
from server.importing.table import Table, shown_encoding
from server.limits import Limits
from storage.clients import Clients
from storage.records import Client

OnError: TypeAlias = Literal["skip", "stop"]
Chunk: TypeAlias = list[tuple[int, ClientPatch | list[Refusal]]]
_MANY_ROWS = 1_000  # after so many, and with each doubling, the database looks at what it holds
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class Import:
    """One file on its way into a workspace. `key`: whoever repeats it under the same key changes nothing twice."""

    id: str
    key: str
    source: str
    principal: Principal
    workspace_id: str
    table: Table
    mapping: Mapping[str, str | None]
    reader: RowReader
    match: Match
    on_error: OnError
    bad_rows: BadRows | None = None  # takes every row that fails


@dataclass
class Report:
    """What came of the rows. All that failed are counted, the first of them named."""

    max_errors: int
    bad_rows: BadRows | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[Refusal] = field(default_factory=list)

    def refuse(self, refusals: list[Refusal]) -> None:
        self.failed += 1
        self.errors += refusals[: self.max_errors - len(self.errors)]
        if self.bad_rows is not None:
            self.bad_rows.add(refusals)

    def refuse_unreadable(self, chunk: Chunk) -> None:
        for _, read in chunk:
            if isinstance(read, list):
                self.refuse(read)

    def shown(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "errors": self.errors,
        }


class Imports:
    def __init__(
        self, commands: CommandService, clients: Clients, hub: Hub, limits: Limits
    ) -> None:
        self._commands = commands
        self._clients = clients
        self._hub = hub
        self._limits = limits

    async def trial(self, plan: Import) -> dict[str, Any]:
        """What the file holds and what its rows would do. Changes nothing."""
        report = Report(self._limits.max_import_errors, plan.bad_rows)
        first: Chunk = []
        total = 0
        async with aclosing(self._chunks(plan)) as chunks:
            async for chunk in chunks:
                total += len(chunk)
                first += chunk[: self._limits.import_preview_rows - len(first)]
                report.refuse_unreadable(chunk)
        return {
            "columns": plan.table.columns,
            "mapping": plan.mapping,
            "delimiter": plan.table.format.delimiter,
            "encoding": shown_encoding(plan.table.format.encoding),
            "rows": total,
            "failed": report.failed,
            "preview": await self._preview(plan, first),
            "errors": report.errors,
        }

    async def run(self, plan: Import) -> dict[str, Any]:
        """Bring the rows in, some at a time, and tell the asker how far it is.

        With `on_error="stop"` a row that cannot be read keeps the whole file out (`Invalid`), and one that is refused
        later ends the import there.
        """
        total = await self._looked_through(plan)
        report, done, number = Report(self._limits.max_import_errors, plan.bad_rows), 0, 0
        told, each = 0, self._limits.import_progress_rows
        look_at = _MANY_ROWS
        async with aclosing(self._chunks(plan)) as chunks:
            async for chunk in chunks:
                if done >= look_at:
                    await self._clients.count_for_plans()
                    look_at *= 2
                await self._bring_in(plan, number, chunk, report)
                done, number = done + len(chunk), number + 1
                if done // each > told // each or done == total:
                    frame = _encoder.encode(ImportFrame(plan.id, done, total))
                    self._hub.tell(plan.workspace_id, plan.principal.user_id, frame)
                    told = done
                if report.failed and plan.on_error == "stop":
                    break
        return report.shown() | {"id": plan.id, "rows": total, "stopped": done < total}

    async def _chunks(self, plan: Import) -> AsyncGenerator[Chunk, None]:
        """The rows as they are read, some at a time, each time in a thread: others are served between."""
        with closing(plan.table.rows()) as rows:

            def some() -> Chunk:
                few = islice(rows, self._limits.import_chunk_rows)
                return [(row.number, plan.reader.read(row)) for row in few]

            while chunk := await asyncio.to_thread(some):
                yield chunk

    async def _looked_through(self, plan: Import) -> int:
        """The number of rows, once the file is known to be readable to its end."""
        report, total = Report(self._limits.max_import_errors), 0
        if plan.on_error == "skip":
            return await asyncio.to_thread(plan.table.count)
        async with aclosing(self._chunks(plan)) as chunks:
            async for chunk in chunks:
                total += len(chunk)
                report.refuse_unreadable(chunk)
        if report.failed:
            raise Invalid(
                f"{report.failed} of {total} rows cannot be read, so nothing was imported.",
                errors=tuple(
                    FieldError(f"rows[{error.row}].{error.field}", error.message)
                    for error in report.errors
                ),
            )
        return total

    async def _bring_in(self, plan: Import, number: int, chunk: Chunk, report: Report) -> None:
        good: list[tuple[int, ClientPatch]] = []
        for row, read in chunk:
            if isinstance(read, list):
                report.refuse(read)
            else:
                good.append((row, read))
        if not good:
            return
        command = ImportClients(
            match=plan.match, rows=[patch for _, patch in good], source=plan.source
        )
        answer = await self._commands.execute(
            plan.principal,
            plan.workspace_id,
            command,
            key=f"import-{digest(f'{plan.key} {number}')}",
            via="import",
        )
        for (row, _), result in zip(
            good, msgspec.json.decode(answer.result)["results"], strict=True
        ):
            outcome = result["outcome"]
            if outcome == "failed":
                report.refuse(_refusals(row, result["problem"]))
            else:
                setattr(report, outcome, getattr(report, outcome) + 1)

    async def _preview(self, plan: Import, rows: Chunk) -> list[dict[str, Any]]:
        """The rows as they would be: what each would do, and the fields that it gives."""
        good = [read for _, read in rows if not isinstance(read, list)]
        found = await matching(self._clients, plan.workspace_id, plan.match, good)
        return [_shown(plan.match, number, read, found) for number, read in rows]


def _shown(
    match: Match,
    number: int,
    read: ClientPatch | list[Refusal],
    found: Mapping[str, list[Client]],
) -> dict[str, Any]:
    if isinstance(read, list):
        return {"row": number, "action": "fail", "client": None, "errors": read}
    try:
        client = the_one(match, key_of(match, read), found)
        if client is None:
            check_name(read)
            return {"row": number, "action": "create", "client": read, "errors": []}
        return {"row": number, "action": "update", "client": merged(read, client), "errors": []}
    except AppError as error:
        refusals = _refusals(number, msgspec.to_builtins(error.problem))
        return {"row": number, "action": "fail", "client": read, "errors": refusals}


def _refusals(row: int, problem: Mapping[str, Any]) -> list[Refusal]:
    named = problem.get("errors") or [{"field": "", "message": problem["detail"]}]
    return [Refusal(row, error["field"], error["message"]) for error in named]
