"""Where the server is and who one is: options, environment, then what `clientflow login` has kept."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import click
import msgspec

from clientflow.rest import origin_of

DEFAULT_URL = "http://localhost:8000"


class Login(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept between commands. A token is sent to the server that it is of, and to no other."""

    url: str
    token: str
    token_id: str | None = None
    email: str | None = None
    workspace: str | None = None


def login_file() -> Path:
    """By the XDG base directory specification."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "clientflow" / "login.json"


def kept_login() -> Login | None:
    """Raises `click.ClickException` when the file cannot be read."""
    path = login_file()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Login)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise click.ClickException(
            f"{path} cannot be read ({error}): delete it, then `clientflow login`."
        ) from error


def keep_login(login: Login) -> Path:
    """Whole or not at all, and for oneself alone (mode 0600). Raises `click.ClickException`."""
    path = login_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, delete=False
        ) as file:  # made with mode 0600
            file.write(msgspec.json.format(msgspec.json.encode(login)) + b"\n")
        Path(file.name).replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error}.") from error
    return path


def forget_login() -> None:
    with contextlib.suppress(FileNotFoundError):
        login_file().unlink()


class Choice(msgspec.Struct, frozen=True):
    """What a command works with."""

    url: str
    token: str | None
    workspace: str | None


def chosen(url: str | None, workspace: str | None) -> Choice:
    """Raises `click.UsageError` for what is no address."""
    kept = kept_login()
    wanted = url or (kept.url if kept else DEFAULT_URL)
    try:
        origin = origin_of(wanted)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from None
    if kept is not None and kept.url != origin:
        kept = None
    return Choice(
        url=origin,
        token=os.environ.get("CLIENTFLOW_TOKEN") or (kept.token if kept else None),
        workspace=workspace or (kept.workspace if kept else None),
    )
