"""clientflow clients …"""

from __future__ import annotations

from itertools import islice
from typing import Any

import click

from clientflow.cli.command import Session, talks
from clientflow.cli.fields import clear_option, field_options, fields_of
from clientflow.cli.output import Output, plain, text_of
from clientflow.records import Client

_CLIENT = click.argument("client_id", metavar="CLIENT")
_IF_VERSION = click.option("--if-version", type=int, help="Refuse if it has changed since.")
_KEY = click.option("--key", help="An Idempotency-Key: repeated with the same, it happens once.")


@click.group()
def clients() -> None:
    """List, look at and change clients."""


@clients.command("list")
@click.option("-q", "--search", "q", help="Words that stand in it.")
@click.option("--stage", multiple=True, help="The key of a stage. May be repeated.")
@click.option("--owner", multiple=True, help="A user id, or none.")
@click.option("--tag", multiple=True)
@click.option("--sort", help="A field, such as name or updated_at; with - in front descending.")
@click.option("-n", "--limit", type=click.IntRange(min=1), help="At most so many.")
@talks
async def list_clients(session: Session, limit: int | None, **query: Any) -> None:
    """The clients of the board."""
    workspace = await session.workspace()
    found: list[Client] = []
    page = min(limit, 200) if limit else None
    async for client in workspace.clients.list(**{**query, "page_items": page}):
        found.append(client)
        if len(found) == limit:
            break
    session.out.rows(
        found,
        [
            ("ID", lambda client: client.id),
            ("NAME", lambda client: client.name),
            ("STAGE", lambda client: client.stage),
            ("VALUE", lambda client: client.value),
            ("COMPANY", lambda client: client.company),
            ("NEXT", lambda client: client.next_action_at),
            ("TAGS", lambda client: client.tags),
        ],
    )


@clients.command()
@_CLIENT
@talks
async def show(session: Session, client_id: str) -> None:
    """One client."""
    workspace = await session.workspace()
    _show(session.out, await workspace.clients.get(client_id))


@clients.command()
@click.argument("name")
@field_options
@_KEY
@talks
async def add(session: Session, name: str, key: str | None, **options: Any) -> None:
    """Make a client."""
    workspace = await session.workspace()
    fields = fields_of(options)
    fields["name"] = name
    _show(session.out, await workspace.clients.create(key=key, **fields))


@clients.command()
@_CLIENT
@click.option("--name")
@field_options
@clear_option
@_IF_VERSION
@_KEY
@talks
async def update(
    session: Session,
    client_id: str,
    clear: tuple[str, ...],
    if_version: int | None,
    key: str | None,
    **options: Any,
) -> None:
    """Change the fields given."""
    fields = fields_of(options, clear)
    if not fields:
        raise click.UsageError("Nothing to change: give a field, such as --stage won.")
    workspace = await session.workspace()
    _show(
        session.out,
        await workspace.clients.update(client_id, if_version=if_version, key=key, **fields),
    )


@clients.command()
@_CLIENT
@click.argument("stage")
@click.option("--position", help="A rank between its neighbours' positions; last without.")
@_IF_VERSION
@_KEY
@talks
async def move(
    session: Session,
    client_id: str,
    stage: str,
    position: str | None,
    if_version: int | None,
    key: str | None,
) -> None:
    """Move a client to a stage."""
    workspace = await session.workspace()
    _show(
        session.out,
        await workspace.clients.move(
            client_id, stage, position=position, if_version=if_version, key=key
        ),
    )


@clients.command()
@_CLIENT
@_IF_VERSION
@_KEY
@talks
async def delete(session: Session, client_id: str, if_version: int | None, key: str | None) -> None:
    """Delete a client; `restore` undoes it."""
    workspace = await session.workspace()
    await workspace.clients.delete(client_id, if_version=if_version, key=key)
    session.out.done(f"Deleted. `clientflow clients restore {client_id}` brings it back.")


@clients.command()
@_CLIENT
@_KEY
@talks
async def restore(session: Session, client_id: str, key: str | None) -> None:
    """Bring a deleted client back."""
    workspace = await session.workspace()
    _show(session.out, await workspace.clients.restore(client_id, key=key))


@clients.command()
@_CLIENT
@click.option("-n", "--limit", type=click.IntRange(min=1), help="At most so many.")
@talks
async def history(session: Session, client_id: str, limit: int | None) -> None:
    """Who changed what, the newest first."""
    workspace = await session.workspace()
    items = []
    async for item in workspace.clients.history(client_id):
        items.append(item)
        if len(items) == limit:
            break
    session.out.rows(
        items,
        [
            ("SEQ", lambda item: item.seq),
            ("AT", lambda item: item.at),
            ("WHO", lambda item: item.actor.name),
            ("VIA", lambda item: item.actor.via),
            ("OP", lambda item: item.op),
            ("WHAT", lambda item: _what(item.changes)),
        ],
    )


@clients.command()
@_CLIENT
@talks
async def comments(session: Session, client_id: str) -> None:
    """The comments on a client, the oldest first."""
    workspace = await session.workspace()
    found = [comment async for comment in workspace.clients.comments(client_id)]
    session.out.rows(
        found,
        [
            ("AT", lambda comment: comment.created_at),
            ("WHO", lambda comment: comment.author_name),
            ("TEXT", lambda comment: comment.body),
        ],
    )


@clients.command()
@_CLIENT
@click.argument("text")
@_KEY
@talks
async def comment(session: Session, client_id: str, text: str, key: str | None) -> None:
    """Comment on a client."""
    workspace = await session.workspace()
    made = await workspace.clients.comment(client_id, text, key=key)
    session.out.done("Commented.", made)


def _show(out: Output, client: Client) -> None:
    out.record(client, ((name, getattr(client, name)) for name in client.__struct_fields__))


def _what(changes: list[Any]) -> str:
    parts = [
        f"{change.field}: {_short(change.before)} → {_short(change.after)}"
        for change in islice(changes, 5)
    ]
    return "; ".join(parts)


def _short(value: object) -> str:
    text = plain(text_of(value)).replace("\n", " ")
    return f"{text[:39]}…" if len(text) > 40 else text or "nothing"
