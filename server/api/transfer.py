"""/workspaces/{w}/export.csv and /workspaces/{w}/import."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from realtime.problems import ProblemKind
from realtime.validation import convert, pattern
from server.api.calls import Visit
from server.api.endpoint import endpoint
from server.api.http import Reply
from server.api.shapes import Imported, Trial
from server.commands.importing import Match
from server.errors import Invalid, TooMany
from server.exporting import csv_of, file_name
from server.ids import digest, new_id
from server.importing.bad_rows import BadRows
from server.importing.columns import mapped
from server.importing.rows import RowReader
from server.importing.run import Import, OnError
from server.importing.table import Bounds, Table, opened
from server.importing.upload import Upload, received
from server.limits import Limits

_CURRENCY = pattern(r"\A[A-Z]{3}\Z", "Must be an ISO 4217 code such as EUR")


class ImportOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of the query, or of a form; `mapping` is a JSON object of columns and fields, null to leave one out."""

    match: Match = "none"
    dry_run: bool = False
    on_error: OnError = "skip"
    mapping: str = "{}"
    currency: Annotated[str, Meta(pattern=_CURRENCY)] | None = None
    report: Literal["json", "csv"] = "json"


_mapping: msgspec.json.Decoder[Mapping[str, str | None]] = msgspec.json.Decoder(
    Mapping[str, str | None]
)


@endpoint("GET", "/workspaces/{workspace_id}/export.csv", "workspace.read", media_type="text/csv")
async def export_clients(call: Visit) -> Response:
    """Every client as CSV.

    In the order in which they were made; what is changed meanwhile may show or not.
    """
    member, storage = call.member, call.services.storage
    headers = {
        "Content-Disposition": file_name(member.name, (await storage.now()).date()),
        "Cache-Control": "no-store",
    }
    media_type = "text/csv; charset=utf-8"
    if call.request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    text = csv_of(
        storage.clients,
        member.id,
        await storage.stages.list(member.id),
        await storage.members.list(member.id),
        call.services.limits.export_page_rows,
    )
    return StreamingResponse(text, headers=headers, media_type=media_type)


@endpoint(
    "POST",
    "/workspaces/{workspace_id}/import",
    "client.import",
    query=ImportOptions,
    media_types=("text/csv", "multipart/form-data"),
    text_media_type="text/csv",
    raises=(ProblemKind.TOO_MANY,),
    rate="import",
)
async def import_clients(call: Visit) -> Reply[Imported | Trial]:
    """Bring a CSV file in.

    The file is the body, or the first file of a form. Options stand in the query, or in the form. With `dry_run`
    nothing is changed: the answer tells what would be. With `report=csv` it is a CSV file of every row that fails.
    """
    services = call.services
    if services.import_places.locked():
        raise TooMany("Too many imports at once: try again in a moment.", retry_after_s=10)
    async with (
        services.import_places,
        received(call.request, services.limits.max_import_bytes) as upload,
    ):
        options = convert(upload.options | dict(call.request.query_params), ImportOptions)
        table = await asyncio.to_thread(opened, upload.file, _bounds(services.limits))
        plan = await _plan(call, upload, table, options)
        imports = services.imports
        try:
            answer = await (imports.trial(plan) if options.dry_run else imports.run(plan))
        except BaseException:
            if plan.bad_rows is not None:
                plan.bad_rows.close()
            raise
    if plan.bad_rows is not None:
        # A response goes out as it is.
        return cast("Reply[Imported | Trial]", _file(plan.bad_rows, answer))
    return Reply(msgspec.Raw(msgspec.json.encode(answer)))


def _file(bad_rows: BadRows, answer: Mapping[str, Any]) -> Response:
    """The rows that failed, with what the answer counts in a header (RFC 9651, section 3.2)."""
    counts = [
        f"{name}={f'?{value:d}' if isinstance(value, bool) else value}"
        for name, value in answer.items()
        if isinstance(value, int)
    ]
    headers = {
        "Import-Result": ", ".join(counts),
        "Content-Disposition": 'attachment; filename="bad-rows.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(bad_rows.text(), headers=headers, media_type="text/csv; charset=utf-8")


async def _plan(call: Visit, upload: Upload, table: Table, options: ImportOptions) -> Import:
    storage, member = call.services.storage, call.member
    mapping = mapped(table.columns, _wanted(options.mapping))
    if not options.dry_run and not any(mapping.values()):
        raise Invalid.field("mapping", "No column is known by its name: map those that are wanted")
    if options.match != "none" and not {options.match, "custom"} & {*mapping.values()}:
        raise Invalid.field("match", f"No column holds the {options.match}: map one to it")
    key = call.key
    return Import(
        id=key or new_id(),
        key=key or new_id(),
        source=digest(f"{upload.digest} {msgspec.structs.astuple(options)}"),
        principal=call.principal,
        workspace_id=member.id,
        table=table,
        mapping=mapping,
        reader=RowReader(
            table.columns,
            mapping,
            await storage.stages.list(member.id),
            await storage.members.list(member.id),
            options.currency,
        ),
        match=options.match,
        on_error=options.on_error,
        bad_rows=BadRows() if options.report == "csv" else None,
    )


def _wanted(text: str) -> Mapping[str, str | None]:
    try:
        return _mapping.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Invalid.field("mapping", "Must be a JSON object of columns and fields") from None


def _bounds(limits: Limits) -> Bounds:
    return Bounds(limits.max_import_row_chars, limits.max_import_rows, limits.max_import_columns)


endpoints = (export_clients, import_clients)
