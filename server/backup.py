"""A copy of a SQLite database, consistent and checked, while the server writes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from storage.address import normalised, sqlite_path

PAGES_AT_A_TIME = 1_000
PAUSE_S = 0.002  # between two steps, in which writers get their turn


class BackupFailed(Exception):
    """There is no backup; the words say why, and what to do."""


def back_up(database_url: str, target: Path, on_progress: Callable[[int, int], None]) -> int:
    """Copies the database to `target`, which must not be there; gives its size in bytes.

    SQLite's online backup (https://sqlite.org/backup.html) copies some pages at a time out of one snapshot, so that
    what is committed meanwhile is not in it and waits for nothing. The copy has its name only once it was checked.
    Blocks: run it in a thread. `on_progress(pages done, pages in all)`. Raises `BackupFailed`.
    """
    url = normalised(database_url)
    if not url.startswith("sqlite:"):
        raise BackupFailed(
            "This is PostgreSQL, which has its own tools: pg_dump --format=custom, or snapshots of the service "
            "that runs it (RDS: automated backups with point-in-time recovery). See docs/operations.md."
        )
    source = Path(sqlite_path(url))
    if not source.is_file():
        raise BackupFailed(f"There is no database at {source}: check DATABASE_URL.")
    if target.exists():
        raise BackupFailed(f"{target} is there already: choose another name, or move it away.")
    partial = target.with_name(f"{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # it holds password hashes
        _copy(source, partial, on_progress)
        _check(partial)
        partial.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"The backup failed: {error}.") from error
    finally:
        for left in (partial, Path(f"{partial}-wal"), Path(f"{partial}-shm")):
            left.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path, on_progress: Callable[[int, int], None]) -> None:
    with (
        contextlib.closing(
            sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
        ) as read,
        contextlib.closing(sqlite3.connect(target)) as written,
    ):
        # One snapshot for all steps: without it a write by another process would start the copy over.
        read.execute("BEGIN")
        read.execute("SELECT count(*) FROM sqlite_master").fetchone()
        read.backup(
            written,
            pages=PAGES_AT_A_TIME,
            progress=lambda _, left, total: on_progress(total - left, total),
            sleep=PAUSE_S,
        )
        # One file is easier to carry about than three; the server makes it WAL again.
        written.execute("PRAGMA journal_mode = DELETE")


def _check(copy: Path) -> None:
    with contextlib.closing(
        sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)
    ) as read:
        (found,) = read.execute("PRAGMA integrity_check(1)").fetchone()
        broken = read.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or broken is not None:
        raise BackupFailed(f"The copy is damaged, as the database itself may be: {found}.")
