"""clientflow login, logout, whoami, tokens …"""

from __future__ import annotations

import functools
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Concatenate, Literal, ParamSpec

import click

from clientflow.cli.command import Session, client_options, run_all, talks
from clientflow.cli.fields import MomentType
from clientflow.cli.output import Output
from clientflow.cli.settings import (
    Choice,
    Login,
    chosen,
    forget_login,
    keep_login,
    kept_login,
)
from clientflow.client import AsyncClientFlow

P = ParamSpec("P")
_SCOPES = click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["read", "write"]),
    default=("read", "write"),
    show_default=True,
)
_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read it from standard input."
)


@click.command()
@click.option("--email", help="Asked for unless given.")
@_PASSWORD_STDIN
@click.option("--token-stdin", is_flag=True, help="Read a personal access token instead.")
@client_options
def login(
    url: str | None,
    workspace: str | None,
    as_json: bool,
    email: str | None,
    password_stdin: bool,
    token_stdin: bool,
) -> None:
    """Keep the server's address and a token, for yourself alone.

    With email address and password a personal access token is made; the password is not kept.
    """
    choice = chosen(url, workspace)
    if token_stdin:
        _keep(_by_token(choice, _from_stdin(), workspace), choice, as_json)
        return
    person = email or click.prompt("Email", err=True)
    password = _password(password_stdin)

    async def entered(flow: AsyncClientFlow) -> None:
        await flow.sign_in(person, password)

    _keep(_by_password(choice, person, entered, workspace), choice, as_json)


@click.command()
@click.option("--email", prompt=True)
@click.option("--name", prompt="Your name")
@_PASSWORD_STDIN
@client_options
def register(
    url: str | None,
    workspace: str | None,
    as_json: bool,
    email: str,
    name: str,
    password_stdin: bool,
) -> None:
    """Make an account, and log in."""
    choice = chosen(url, workspace)
    password = _password(password_stdin)

    async def entered(flow: AsyncClientFlow) -> None:
        await flow.register(email, password, name)

    _keep(_by_password(choice, email, entered, workspace), choice, as_json)


async def _by_token(choice: Choice, token: str, workspace: str | None) -> Login:
    async with AsyncClientFlow(choice.url, token=token) as flow:
        return Login(choice.url, token, None, (await flow.me()).email, workspace)


async def _by_password(
    choice: Choice,
    email: str,
    enter: Callable[[AsyncClientFlow], Awaitable[None]],
    workspace: str | None,
) -> Login:
    async with AsyncClientFlow(choice.url) as flow:
        await enter(flow)
        made = await flow.create_token(f"clientflow on {socket.gethostname()}")
        await flow.sign_out()
        return Login(choice.url, made.token or "", made.id, email, workspace)


def _keep(work: Coroutine[Any, Any, Login], choice: Choice, as_json: bool) -> None:
    login = run_all(work, choice, as_json)
    path = keep_login(login)
    Output(as_json).done(
        f"Logged in to {login.url} as {login.email}; kept in {path}.",
        {"url": login.url, "email": login.email, "file": str(path)},
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def logout(as_json: bool) -> None:
    """Forget the token that `login` has kept.

    It stays good until it is deleted, which takes the password: `clientflow tokens delete`.
    """
    login = kept_login()
    forget_login()
    if login is None:
        Output(as_json).done("Nobody was logged in.")
        return
    more = f" Delete it with `clientflow tokens delete {login.token_id}`." if login.token_id else ""
    Output(as_json).done(f"The token is forgotten here.{more}", {"token_id": login.token_id})


@click.command()
@talks
async def whoami(session: Session) -> None:
    """Who you are to the server."""
    user = await session.flow.me()
    url = session.choice.url
    fields = (("name", user.name), ("email", user.email), ("id", user.id), ("server", url))
    session.out.record(user, fields)


@click.group()
def tokens() -> None:
    """Personal access tokens, for scripts."""


def signed_in(
    work: Callable[Concatenate[AsyncClientFlow, Output, P], Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """A command that takes the password: a token can neither make others nor learn of them."""

    @click.option("--email", help="Asked for unless given, or known by `clientflow login`.")
    @_PASSWORD_STDIN
    @client_options
    @functools.wraps(work)
    def run(
        *args: Any,
        url: str | None,
        workspace: str | None,
        as_json: bool,
        email: str | None,
        password_stdin: bool,
        **kwargs: Any,
    ) -> None:
        choice = chosen(url, workspace)
        login = kept_login()
        person = email or (login and login.email) or click.prompt("Email", err=True)
        password = _password(password_stdin)

        async def done() -> None:
            async with AsyncClientFlow(choice.url) as flow:
                await flow.sign_in(person, password)
                try:
                    await work(flow, Output(as_json), *args, **kwargs)
                finally:
                    await flow.sign_out()

        run_all(done(), choice, as_json)

    return run


@tokens.command("list")
@signed_in
async def list_tokens(flow: AsyncClientFlow, out: Output) -> None:
    """Yours, without their secrets."""
    out.rows(
        await flow.tokens(),
        [
            ("ID", lambda token: token.id),
            ("NAME", lambda token: token.name),
            ("SCOPES", lambda token: token.scopes),
            ("WORKSPACE", lambda token: token.workspace_id or "all"),
            ("EXPIRES", lambda token: token.expires_at or "never"),
            ("USED", lambda token: token.last_used_at or "never"),
        ],
    )


@tokens.command("create")
@click.argument("name")
@_SCOPES
@click.option("--only", metavar="WORKSPACE", help="Good for the workspace of this id alone.")
@click.option("--expires", type=MomentType(), help="A day, or a time.")
@signed_in
async def create_token(
    flow: AsyncClientFlow,
    out: Output,
    name: str,
    scopes: tuple[Literal["read", "write"], ...],
    only: str | None,
    expires: datetime | None,
) -> None:
    """Make one. Its secret is printed, once."""
    token = await flow.create_token(name, scopes, workspace_id=only, expires_at=expires)
    out.done(token.token or "", token)


@tokens.command("delete")
@click.argument("token_id", metavar="TOKEN")
@signed_in
async def delete_token(flow: AsyncClientFlow, out: Output, token_id: str) -> None:
    """Whoever uses it is refused from now on."""
    await flow.delete_token(token_id)
    out.done("Deleted.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return _from_stdin()
    if not sys.stdin.isatty():
        raise click.UsageError(
            "There is no terminal to ask for the password: use --password-stdin."
        )
    return str(click.prompt("Password", hide_input=True, err=True))


def _from_stdin() -> str:
    text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise click.UsageError("Nothing stands on standard input.")
    return text
