"""clientflow watch and ask: what happens, as it happens"""

from __future__ import annotations

import click

from clientflow.board import Board
from clientflow.cli.command import Session, talks
from clientflow.cli.output import Output, plain, text_of
from clientflow.errors import Refused
from realtime.messages import Change

_HIDDEN = {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "position"}


@click.command()
@click.option(
    "--since", type=click.IntRange(min=0), help="Begin after this seq; 0: with all that is kept."
)
@click.option("-n", "--count", type=click.IntRange(min=1), help="Stop after so many.")
@talks
async def watch(session: Session, since: int | None, count: int | None) -> None:
    """Print each change of the board as it comes, until Ctrl-C.

    It comes back by itself after an outage, and misses nothing. With --json each line is a change as the channel tells
    it.
    """
    workspace = await session.workspace()
    async with workspace.follow(since=since) as live:
        click.echo(f"Watching {text_of(live.board.workspace.name)}. Ctrl-C ends it.", err=True)
        seen = 0
        async for change in live:
            if session.out.as_json:
                session.out.value(change)
            else:
                session.out.line(_told(change, live.board, session.out))
            seen += 1
            if seen == count:
                return


def _told(change: Change, board: Board, out: Output) -> str:
    if change.entity == "board":
        return out.faint("— some changes are not kept any more, the board was read anew —")
    client = board.clients.get(str(change.data.get("client_id", change.id)))
    name = change.data.get("name") or (client.name if client else change.id)
    shown = {field: value for field, value in change.data.items() if field not in _HIDDEN}
    if change.op == "created":
        shown = {field: value for field, value in shown.items() if value not in (None, "", [], {})}
        shown.pop("name", None)
    if change.op in ("deleted", "restored"):
        shown = {}
    when = out.faint(change.at.astimezone().strftime("%H:%M:%S"))
    what = f"{change.entity} {change.op} {out.strong(text_of(name))}"
    fields = " ".join(f"{field}={text_of(value)!r}" for field, value in shown.items())
    who = text_of(change.actor.name)
    return " ".join(part for part in (when, f"#{change.seq}", who, what, fields) if part)


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--client", "client_id", help="The client that it is about.")
@click.option("--apply", "apply_all", is_flag=True, help="Apply what is proposed, without asking.")
@talks
async def ask(
    session: Session, question: tuple[str, ...], client_id: str | None, apply_all: bool
) -> None:
    """Ask the assistant; the reply is printed as it is written.

    With --json: {"text"} for each piece, {"proposal"} for each change that is proposed, {"message"} at the end.
    """
    workspace = await session.workspace()
    async with workspace.ask(" ".join(question), client_id=client_id) as reply:
        try:
            async for piece in reply:
                if session.out.as_json:
                    session.out.value({"text": piece})
                else:
                    click.echo(plain(piece), nl=False)
        except Refused:
            if not session.out.as_json:
                click.echo()
            raise
        if not session.out.as_json:
            click.echo()
        if apply_all:
            for proposal in reply.proposals:
                await reply.apply(proposal)
        for proposal in reply.proposals:
            if session.out.as_json:
                session.out.value({"proposal": proposal})
            else:
                session.out.line(_proposed(proposal.client_name, proposal.data, proposal.status))
        if session.out.as_json:
            session.out.value({"message": reply.message})
        elif any(proposal.status == "open" for proposal in reply.proposals):
            click.echo(
                "Nothing is changed yet: ask with --apply, or decide in the browser.", err=True
            )


def _proposed(client: str, data: dict[str, object], status: str) -> str:
    fields = ", ".join(f"{field}: {text_of(value)}" for field, value in data.items())
    return f"[{status}] {text_of(client)}: {fields}"
