"""What every command of the client shares: its options, its connection, its errors."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import click

from clientflow.cli.exits import Exit
from clientflow.cli.output import Output
from clientflow.cli.settings import Choice, chosen
from clientflow.client import AsyncClientFlow
from clientflow.errors import ClientFlowError
from clientflow.workspace import AsyncWorkspace

T = TypeVar("T")
_ID = re.compile(r"[0-9a-f]{32}")


class Failure(click.ClickException):
    """A `ClientFlowError`, on its way to whoever prints it."""

    def __init__(self, error: ClientFlowError, url: str, as_json: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.url = url
        self.as_json = as_json


class Session:
    """One run of a command: the server, and where its results go."""

    def __init__(self, flow: AsyncClientFlow, choice: Choice, out: Output) -> None:
        self.flow = flow
        self.choice = choice
        self.out = out

    async def workspace(self) -> AsyncWorkspace:
        """The one that was chosen, by id or name; else the only one."""
        wanted = self.choice.workspace
        if wanted is not None and _ID.fullmatch(wanted):
            return self.flow.workspace(wanted)
        there = [workspace async for workspace in self.flow.workspaces()]
        named = [one for one in there if wanted is None or wanted in (one.id, one.name)]
        if len(named) == 1:
            return self.flow.workspace(named[0].id)
        if wanted is not None and not named:
            raise click.UsageError(
                f"You are in no workspace {wanted!r}: `clientflow workspaces list`."
            )
        if not there:
            raise click.UsageError("You are in no workspace: `clientflow workspaces create NAME`.")
        names = ", ".join(f"{one.name} ({one.id})" for one in named)
        raise click.UsageError(
            f"Choose a workspace with --workspace or CLIENTFLOW_WORKSPACE: {names}."
        )


def client_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--url, --workspace and --json, which every command of the client takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON, one value a line."),
        click.option(
            "-w",
            "--workspace",
            "workspace",
            envvar="CLIENTFLOW_WORKSPACE",
            show_envvar=True,
            help="The workspace, by id or name; needed if you are in several.",
        ),
        click.option(
            "--url",
            envvar="CLIENTFLOW_URL",
            show_envvar=True,
            help="The server; http://localhost:8000 unless you have logged in.",
        ),
    ):
        command = option(command)
    return command


def run_all(work: Coroutine[Any, Any, T], choice: Choice, as_json: bool) -> T:
    """Run `work` to its end. Its errors become what the command line shows."""
    try:
        return asyncio.run(work)
    except ClientFlowError as error:
        raise Failure(error, choice.url, as_json) from error
    except BrokenPipeError:
        # Whoever read has enough; what is still to be flushed goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(Exit.PIPE_CLOSED) from None
    except OSError as error:
        raise click.ClickException(f"{error}.") from error


def talks(
    work: Callable[..., Awaitable[None]],
) -> Callable[..., None]:
    """Make a command of `work`: it is run with a connection, and has the options of the client."""

    @client_options
    @functools.wraps(work)
    def run(
        *args: Any, url: str | None, workspace: str | None, as_json: bool, **kwargs: Any
    ) -> None:
        choice = chosen(url, workspace)

        async def connected() -> None:
            async with AsyncClientFlow(choice.url, token=choice.token) as flow:
                await work(Session(flow, choice, Output(as_json)), *args, **kwargs)

        run_all(connected(), choice, as_json)

    return run
