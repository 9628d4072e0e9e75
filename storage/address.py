"""Database URLs as people write them, made into one form."""

from __future__ import annotations

from urllib.parse import urlsplit

POSTGRES_SCHEMES = ("postgres", "postgresql", "postgresql+asyncpg")
SQLITE_SCHEMES = ("sqlite", "sqlite+aiosqlite")


def normalised(url: str) -> str:
    """`sqlite:///path` or `postgresql://…`; ValueError, which keeps secrets, for anything else."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme in POSTGRES_SCHEMES:
        _check_port(rest)
        return f"postgresql://{rest}"
    if separator and scheme in SQLITE_SCHEMES:
        path = rest.removeprefix("/")
        if path == rest or not path or path.startswith(":memory:") or "?" in path:
            raise ValueError("a SQLite URL is sqlite:///relative/path or sqlite:////absolute/path")
        return f"sqlite:///{path}"
    raise ValueError(f"a database URL starts with sqlite:/// or postgresql://, not {scheme!r}")


def sqlite_path(url: str) -> str:
    """The path in a normalised SQLite URL."""
    return url.removeprefix("sqlite:///")


def _check_port(rest: str) -> None:
    try:
        _ = urlsplit(f"//{rest}").port
    except ValueError:
        raise ValueError("a database URL names one host, and its port is a number") from None
