"""The command line `clientflow`: what a person does with a server, and what an operator does to one."""

from __future__ import annotations

import importlib
import os
import sys
import traceback

import click
import msgspec
from click.shell_completion import CompletionItem, get_completion_class

from clientflow.cli import account, clients, live, transfer, workspaces
from clientflow.cli.command import Failure
from clientflow.cli.exits import Exit, details_of, exit_of, mend_of
from clientflow.errors import Refused
from clientflow.version import VERSION

# The server's own commands; it is loaded when one is used, and need not be installed. A test compares them.
OPERATING = {
    "serve": "Run the server on HOST:PORT.",
    "migrate": "Bring the database up to date, and stop.",
    "demo": "Fill a workspace with sample clients and print the logins of two people.",
    "users": "Accounts, straight on the database; running servers notice within seconds.",
    "backup": "Copy the SQLite database to TARGET while the server writes, and check the copy.",
    "healthcheck": "Exit with 0 if the server on this machine is alive, with 1 if it is not.",
}


class Root(click.Group):
    """The client's commands, and the server's where it is installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *OPERATING])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in OPERATING:
            return super().get_command(ctx, cmd_name)
        operating: click.Group = importlib.import_module("server.cli").commands
        return operating.commands[cmd_name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        with formatter.section("With a server, as a person"):
            formatter.write_dl(sorted(own.items()))
        with formatter.section("To a server, as its operator"):
            formatter.write_dl(sorted(OPERATING.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [*map(CompletionItem, names), *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(cls=Root)
@click.version_option(VERSION, prog_name="clientflow", message="%(prog)s %(version)s")
def root() -> None:
    """ClientFlow: a live board of client records."""


@root.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands and options, for a shell to read.

    Once: clientflow completion bash >> ~/.bashrc
    """
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(root, {}, "clientflow", "_CLIENTFLOW_COMPLETE").source())


for _command in (
    account.login,
    account.logout,
    account.register,
    account.tokens,
    account.whoami,
    clients.clients,
    live.ask,
    live.watch,
    transfer.export_file,
    transfer.import_file,
    workspaces.invites,
    workspaces.join,
    workspaces.members,
    workspaces.stages,
    workspaces.workspaces,
):
    root.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives its exit code. Whatever goes wrong is said on stderr."""
    try:
        code = root.main(arguments, prog_name="clientflow", standalone_mode=False)
        return code if isinstance(code, int) else Exit.OK
    except Failure as failure:
        return _failed(failure)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.PIPE_CLOSED
    except ModuleNotFoundError as error:
        click.echo(f"Error: This needs the server, and {error.name} is not installed.", err=True)
        click.echo("pip install 'clientflow[server]', or '.[server]' in its folder.", err=True)
        return Exit.USAGE
    except Exception as error:
        if os.environ.get("CLIENTFLOW_DEBUG"):
            traceback.print_exc()
        click.echo(f"Error: {type(error).__name__}: {error}", err=True)
        click.echo("This is a fault of clientflow. CLIENTFLOW_DEBUG=1 shows where.", err=True)
        return Exit.FAILED


def _failed(failure: Failure) -> int:
    error, code = failure.error, exit_of(failure.error)
    mend = mend_of(error, failure.url)
    if failure.as_json:
        problem = error.problem if isinstance(error, Refused) else None
        shown = {"error": str(error), "exit_code": int(code), "mend": mend, "problem": problem}
        click.echo(msgspec.json.encode(shown).decode(), err=True)
        return code
    first, *more = details_of(error)
    click.echo("\n".join([f"Error: {first}", *more]), err=True)
    if mend is not None:
        click.echo(mend, err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
