"""A row of cells as the fields of a client. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realtime.messages import ClientPatch
from realtime.problems import FieldError
from realtime.validation import Refused, convert
from server.importing.cells import BadCell, custom_in, moment_in, money_in, tags_in, unguarded
from server.importing.columns import CUSTOM
from server.importing.table import Row
from storage.folding import MAX_EXTERNAL_ID_CHARS, folded
from storage.records import Member, Stage


@dataclass(frozen=True)
class Refusal:
    """What is wrong with a row."""

    row: int
    field: str
    message: str


class RowReader:
    """Reads rows by a mapping of columns to fields; an empty cell says nothing of its field.

    Stages go by key or name, owners by email address, name or id.
    """

    def __init__(
        self,
        columns: Sequence[str],
        mapping: Mapping[str, str | None],
        stages: Iterable[Stage],
        members: Iterable[Member],
        currency: str | None,
    ) -> None:
        fields: list[tuple[int, str]] = []
        for index, column in enumerate(columns):
            field = mapping[column]
            if field is not None and column not in columns[:index]:
                fields.append((index, field))
        self._fields = fields
        self._stages = _by_any_name((stage.key, (stage.name, stage.key)) for stage in stages)
        self._owners = _by_any_name(
            (member.user_id, (member.name, member.user_id, member.email)) for member in members
        )
        self._currency = currency

    def read(self, row: Row) -> ClientPatch | list[Refusal]:
        """The fields that the row gives, or everything that is wrong with it."""
        cells = {
            field: cell
            for index, field in self._fields
            if index < len(row.cells) and (cell := _cell(field, row.cells[index])) != ""
        }
        refusals: list[Refusal] = []
        data: dict[str, Any] = {}
        for field, cell in cells.items():
            try:
                self._take(field, cell, cells, data)
            except BadCell as error:
                refusals.append(Refusal(row.number, field, str(error)))
        if refusals:
            return refusals
        try:
            return convert(data, ClientPatch, strict=True)
        except Refused as refused:
            errors = refused.problem.errors or (FieldError("", refused.problem.detail),)
            return [Refusal(row.number, error.field, error.message) for error in errors]

    def _take(self, field: str, cell: str, cells: dict[str, str], data: dict[str, Any]) -> None:
        """Put what the cell says into `data`. Raises `BadCell`."""
        if field == "value":
            data["value"] = money_in(
                cell, cells.get("currency", self._currency or "").upper() or None
            )
        elif field == "currency":
            return  # it goes with the value
        elif field == "stage":
            data["stage"] = _found(self._stages, cell, "a stage of this workspace, by name or key")
        elif field == "owner":
            data["owner_id"] = _found(
                self._owners, cell, "a member of this workspace, by email address or name"
            )
        elif field == "tags":
            data["tags"] = tags_in(cell)
        elif field == "next_action_at":
            data["next_action_at"] = moment_in(cell)
        elif field == "custom":
            data["custom"] = {**custom_in(cell), **data.get("custom", {})}
        elif field == "external_id":
            if len(cell) > MAX_EXTERNAL_ID_CHARS:
                raise BadCell(f"Must have at most {MAX_EXTERNAL_ID_CHARS} characters")
            data.setdefault("custom", {})["external_id"] = cell
        elif field.startswith(CUSTOM):
            data.setdefault("custom", {})[field.removeprefix(CUSTOM)] = cell
        else:
            data[field] = cell


def _cell(field: str, cell: str) -> str:
    return unguarded(cell) if field == "notes" else unguarded(cell.strip()).strip()


def _by_any_name(entries: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, set[str]]:
    """Ids by everything that they go by; the later names of an entry are its own, the first may be shared."""
    found: dict[str, set[str]] = {}
    owned: dict[str, str] = {}
    for id_, (shared, *own) in entries:
        found.setdefault(folded(shared), set()).add(id_)
        owned |= {folded(name): id_ for name in own}
    return found | {name: {id_} for name, id_ in owned.items()}


def _found(known: Mapping[str, set[str]], cell: str, what: str) -> str:
    ids = known.get(folded(cell), set())
    if len(ids) != 1:
        raise BadCell(f"{'Several go by that name' if ids else 'Not known'}: must be {what}")
    (one,) = ids
    return one
