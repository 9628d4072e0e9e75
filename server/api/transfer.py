"""/workspaces/{w}/export.csv and /workspaces/{w}/import."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from realtime.validation import convert, pattern
from server.api.http import idempotency_key, json_response, principal_of, resource, visit
from server.commands.importing import Match
from server.commands.service import may_write
from server.errors import Invalid, TooMany
from server.exporting import csv_of, file_name
from server.identity.principal import Principal
from server.ids import digest, new_id
from server.importing.columns import mapped
from server.importing.rows import RowReader
from server.importing.run import Import, OnError
from server.importing.table import Table, opened
from server.importing.upload import Upload, received
from server.services import services_of
from storage.records import Membership

_CURRENCY = pattern(r"\A[A-Z]{3}\Z", "Must be an ISO 4217 code such as EUR")


class _Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of the query, or of a form; `mapping` is a JSON object of columns and fields, null to leave one out."""

    match: Match = "none"
    dry_run: bool = False
    on_error: OnError = "skip"
    mapping: str = "{}"
    currency: Annotated[str, Meta(pattern=_CURRENCY)] | None = None


_mapping: msgspec.json.Decoder[Mapping[str, str | None]] = msgspec.json.Decoder(
    Mapping[str, str | None]
)


async def export_clients(request: Request) -> Response:
    """In the order in which they were made; what is changed meanwhile may show or not."""
    member = await visit(request)
    services = services_of(request)
    storage = services.storage
    headers = {
        "Content-Disposition": file_name(member.name, (await storage.now()).date()),
        "Cache-Control": "no-store",
    }
    media_type = "text/csv; charset=utf-8"
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    text = csv_of(
        storage.clients,
        member.id,
        await storage.stages.list(member.id),
        await storage.members.list(member.id),
        services.limits.export_page_rows,
    )
    return StreamingResponse(text, headers=headers, media_type=media_type)


async def import_clients(request: Request) -> Response:
    """Only who may import gets the body read. Raises `TooMany` while others import."""
    principal = await principal_of(request)
    member = await visit(request, "client.import")
    may_write(principal, member.id)
    services = services_of(request)
    if services.import_places.locked():
        raise TooMany("Too many imports at once: try again in a moment.", retry_after_s=10)
    async with (
        services.import_places,
        received(request, services.limits.max_import_bytes) as upload,
    ):
        options = convert(upload.options | dict(request.query_params), _Options)
        table = await asyncio.to_thread(opened, upload.file, services.limits.max_import_row_chars)
        plan = await _plan(request, principal, member, upload, table, options)
        imports = services.imports
        answer = await (imports.trial(plan) if options.dry_run else imports.run(plan))
    return json_response(answer)


async def _plan(
    request: Request,
    principal: Principal,
    member: Membership,
    upload: Upload,
    table: Table,
    options: _Options,
) -> Import:
    storage = services_of(request).storage
    mapping = mapped(table.columns, _wanted(options.mapping))
    if not options.dry_run and not any(mapping.values()):
        raise Invalid.field("mapping", "No column is known by its name: map those that are wanted")
    if options.match != "none" and not {options.match, "custom"} & {*mapping.values()}:
        raise Invalid.field("match", f"No column holds the {options.match}: map one to it")
    key = idempotency_key(request)
    return Import(
        id=key or new_id(),
        key=key or new_id(),
        source=digest(f"{upload.digest} {msgspec.structs.astuple(options)}"),
        principal=principal,
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
    )


def _wanted(text: str) -> Mapping[str, str | None]:
    try:
        return _mapping.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Invalid.field("mapping", "Must be a JSON object of columns and fields") from None


routes = [
    resource("/workspaces/{workspace_id}/export.csv", GET=export_clients),
    resource("/workspaces/{workspace_id}/import", POST=import_clients),
]
