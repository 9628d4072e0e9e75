"""A workspace's clients as CSV, some at a time."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from urllib.parse import quote

from server.importing.cells import amount_text, custom_text, guarded, tags_text
from storage.clients import Clients
from storage.folding import folded
from storage.records import Client, Member, Stage

HEADER = (
    *("id", "name", "company", "email", "phone", "stage", "value", "currency", "owner", "tags"),
    *("notes", "next_action_at", "external_id", "custom"),
)
_BOM = "\ufeff"  # by which spreadsheets know UTF-8


async def csv_of(
    clients: Clients,
    workspace_id: str,
    stages: Iterable[Stage],
    members: Iterable[Member],
    page_rows: int,
) -> AsyncIterator[str]:
    """The text in pieces. Stages are shown by their names where these differ, owners by their email addresses."""
    names = {stage.key: stage.name for stage in stages}
    uses = Counter(folded(name) for name in [*names.values(), *names])
    stage_names = {
        key: name if uses[folded(name)] == 1 + (folded(name) == folded(key)) else key
        for key, name in names.items()
    }
    emails = {member.user_id: member.email for member in members}
    yield _BOM + _lines([HEADER])
    after = ""
    while page := await clients.after_id(workspace_id, after, page_rows):
        yield _lines(_cells(client, stage_names, emails) for client in page)
        after = page[-1].id


def file_name(workspace: str, day: date) -> str:
    """The value of Content-Disposition: a plain name, and the true one for those who know RFC 6266."""
    plain = re.sub(r"[^a-z0-9]+", "-", folded(workspace)).strip("-")[:60] or "clients"
    full = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", workspace).strip()[:60] or "clients"
    return (
        f'attachment; filename="{plain}-{day:%Y-%m-%d}.csv"; '
        f"filename*=UTF-8''{quote(f'{full} {day:%Y-%m-%d}.csv', safe='')}"
    )


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cells(client: Client, stages: dict[str, str], emails: dict[str, str]) -> list[str]:
    custom = dict(client.custom)
    external_id = custom.get("external_id")
    # A number, or what a cell could not bring back, stays in `custom`.
    is_plain = isinstance(external_id, str) and external_id == external_id.strip() != ""
    if is_plain:
        del custom["external_id"]
    value = client.value
    return [
        client.id,
        client.name,
        client.company or "",
        client.email or "",
        client.phone or "",
        stages.get(client.stage, client.stage),
        "" if value is None else amount_text(value.amount, value.currency),
        "" if value is None else value.currency,
        emails.get(client.owner_id or "", ""),
        tags_text(client.tags),
        client.notes,
        "" if client.next_action_at is None else client.next_action_at.isoformat(),
        str(external_id) if is_plain else "",
        custom_text(custom),
    ]
