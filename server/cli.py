"""The operator's command line: what is done to a server, straight on its settings and its database.

`clientflow` shows these commands beside those of the client. What each of them needs is loaded when it is run.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from server.healthcheck import healthcheck

if TYPE_CHECKING:
    from server.administration import Administration
    from storage.records import User

T = TypeVar("T")


class SetUpFailure(click.ClickException):
    """The settings, the database or the input is wrong. Exit codes are those of docs/cli.md."""

    exit_code = 2


class NotThere(click.ClickException):
    exit_code = 4


class Collision(click.ClickException):
    exit_code = 5


class OperatorCommand(click.Command):
    """What is wrong with the set-up, the database or the input is said in words."""

    def invoke(self, ctx: click.Context) -> Any:
        from realtime.validation import Refused
        from server.errors import AppError, Conflict, NotFound
        from server.settings import SettingsError
        from storage.errors import StorageError

        try:
            return super().invoke(ctx)
        except (SettingsError, StorageError) as error:
            raise SetUpFailure(f"{error}") from error
        except NotFound as error:
            raise NotThere(f"{error}") from error
        except Conflict as error:
            raise Collision(f"{error}") from error
        except (AppError, Refused) as error:
            raise SetUpFailure(f"{error}") from error


class OperatorGroup(click.Group):
    command_class = OperatorCommand


@click.group(cls=OperatorGroup)
def commands() -> None:
    """Run and look after a ClientFlow server. Settings come from the environment (see .env.example)."""


commands.add_command(healthcheck)


@commands.command()
@click.option(
    "--migrate/--no-migrate", default=True, help="Bring the database up to date first (default)."
)
def serve(migrate: bool) -> None:
    """Run the server on HOST:PORT."""
    import uvicorn

    from server.logs import configure_logging
    from server.serving import uvicorn_options
    from server.settings import Settings
    from storage.migrate import upgrade

    settings = Settings.from_environment()
    configure_logging(settings)
    if migrate:
        asyncio.run(upgrade(settings.database_url))
    click.echo(f"ClientFlow is on http://{_shown_host(settings.host)}:{settings.port}", err=True)
    uvicorn.run(
        "server.main:create_served_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        **uvicorn_options(settings),
    )


@commands.command()
def migrate() -> None:
    """Bring the database up to date, and stop."""
    from server.settings import Settings
    from storage.migrate import upgrade

    asyncio.run(upgrade(Settings.from_environment().database_url))
    click.echo("The database is up to date.")


@commands.command()
def demo() -> None:
    """Fill a workspace with sample clients and print the logins of two people."""
    from server.demo import fill_demo
    from server.settings import Settings
    from storage.migrate import upgrade

    settings = Settings.from_environment()

    async def fill() -> str:
        await upgrade(settings.database_url)
        return await fill_demo(settings)

    click.echo(asyncio.run(fill()))


@commands.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def backup(target: Path, as_json: bool) -> None:
    """Copy the SQLite database to TARGET while the server writes, and check the copy.

    To restore it: stop the server, move the database and its -wal and -shm files away, put the copy in its place, start
    the server.
    """
    from server.backup import BackupFailed, back_up
    from server.settings import Settings

    shown = sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if shown:
            click.echo(f"\r{done:,} of {total:,} pages", nl=False, err=True)

    try:
        size = back_up(Settings.from_environment().database_url, target, progress)
    except BackupFailed as error:
        raise click.ClickException(f"{error}") from error
    finally:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
    _print({"file": str(target), "bytes": size}, f"{target}: {size:,} bytes, checked.", as_json)


@commands.group(cls=OperatorGroup)
def users() -> None:
    """Accounts, straight on the database; running servers notice within seconds."""


_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one value a line.")
_PASSWORD = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input; else it is asked for.",
)


@users.command("add")
@click.argument("email")
@click.argument("name")
@_PASSWORD
@_JSON
def add_user(email: str, name: str, password_stdin: bool, as_json: bool) -> None:
    """Make an account."""
    password = _password(password_stdin)
    user = _administer(lambda admin: admin.add(email, name, password))
    _print(user, f"{user.name} can sign in as {user.email}.", as_json)


@users.command("list")
@_JSON
def list_users(as_json: bool) -> None:
    """Every account, the oldest first."""
    for user in _administer(lambda admin: admin.users()):
        line = f"{user.id}  {user.created_at:%Y-%m-%d}  {user.email}  {user.name}"
        _print(user, "".join(filter(str.isprintable, line)), as_json)


@users.command("set-password")
@click.argument("email")
@_PASSWORD
@_JSON
def set_password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Set a password and end all sessions."""
    password = _password(password_stdin)
    user = _administer(lambda admin: admin.set_password(email, password))
    _print(user, f"{user.email} has a new password; all sessions have ended.", as_json)


@users.command("disable")
@click.argument("email")
@_JSON
def disable_user(email: str, as_json: bool) -> None:
    """End all sessions, delete all tokens, let nobody in.

    What the person has done stays. `users set-password` lets them in again.
    """
    user = _administer(lambda admin: admin.disable(email))
    _print(user, f"{user.email} cannot sign in any more.", as_json)


def main() -> int:
    """Run the command line; gives its exit code."""
    try:
        code = commands.main(prog_name="python -m server", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    return code if isinstance(code, int) else 0


def _administer(work: Callable[[Administration], Awaitable[T]]) -> T:
    from server.administration import administration
    from server.settings import Settings

    async def done() -> T:
        async with administration(Settings.from_environment()) as admin:
            return await work(admin)

    return asyncio.run(done())


def _print(value: User | dict[str, Any], words: str, as_json: bool) -> None:
    import msgspec

    click.echo(msgspec.json.encode(value).decode() if as_json else words)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError(
            "There is no terminal to ask for the password: use --password-stdin."
        )
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _shown_host(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104


if __name__ == "__main__":
    sys.exit(main())
