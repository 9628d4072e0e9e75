"""The command line: serve, migrate, demo."""

from __future__ import annotations

import asyncio
import sys

import click
import uvicorn

from server.demo import fill_demo
from server.limits import Limits
from server.logs import configure_logging
from server.settings import Settings, SettingsError
from storage.errors import StorageError
from storage.migrate import upgrade


@click.group()
def commands() -> None:
    """ClientFlow: a live board of client records. Settings come from the environment (see .env.example)."""


@commands.command()
@click.option(
    "--migrate/--no-migrate", default=True, help="Bring the database up to date first (default)."
)
def serve(migrate: bool) -> None:
    """Run the server on HOST:PORT."""
    settings = Settings.from_environment()
    configure_logging(settings)
    if migrate:
        asyncio.run(upgrade(settings.database_url))
    channel = Limits().session
    click.echo(f"ClientFlow is on http://{_shown_host(settings.host)}:{settings.port}", err=True)
    uvicorn.run(
        "server.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        loop="uvloop",
        http="httptools",
        ws="server.websocket_protocol:FrameProtocol",
        ws_max_size=channel.max_frame_bytes,
        ws_ping_interval=None,  # the channels ping, on one timer for all
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=8,
        server_header=False,
        access_log=settings.debug,
        log_config=None,
    )


@commands.command()
def migrate() -> None:
    """Bring the database up to date, and stop."""
    asyncio.run(upgrade(Settings.from_environment().database_url))
    click.echo("The database is up to date.")


@commands.command()
def demo() -> None:
    """Fill a workspace with sample clients and print the logins of two people."""
    settings = Settings.from_environment()

    async def fill() -> str:
        await upgrade(settings.database_url)
        return await fill_demo(settings)

    click.echo(asyncio.run(fill()))


def main() -> int:
    """Run the command line; what is wrong with the set-up is said in words, without a traceback."""
    try:
        commands(standalone_mode=False)
    except (SettingsError, StorageError) as error:
        click.echo(f"{error}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    return 0


def _shown_host(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104


if __name__ == "__main__":
    sys.exit(main())
