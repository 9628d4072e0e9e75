"""One instance of several processes: each leaves its figures in a shared folder, and whichever is asked adds them up.

A process lives as long as it holds the lock of its `.life`. What it counted stays when it has ended; what it held at
that moment (a gauge) goes. It writes before it answers, so that nobody has been told more than is in the files, and no
counter goes back when a process dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from server.figures.families import Family, merged

_PREFIX = "clientflow-figures"
_ENDED = "ended"
_LIFE = ".life"
_FIGURES = ".figures"
_decode = msgspec.msgpack.Decoder(list[Family]).decode
_encode = msgspec.msgpack.Encoder().encode


class Workers:
    """The figures of this process (`read`) and of the others that serve with it."""

    def __init__(self, folder: Path, read: Callable[[], Sequence[Family]]) -> None:
        self._folder = folder
        self._read = read
        self._life: IO[bytes] | None = None

    def open(self) -> None:
        """Take a place among the others. Raises OSError."""
        with self._alone():
            self._gather_ended()  # one that ended may have had this process's id
            self._life = (self._folder / f"{os.getpid()}{_LIFE}").open("wb")
            fcntl.flock(self._life, fcntl.LOCK_EX)
        self.write()

    def close(self) -> None:
        """Leave the last figures behind. Raises OSError."""
        life, self._life = self._life, None
        if life is not None:
            with life:
                self.write()

    def write(self) -> None:
        """What this process has counted up to now, for the others to read. Raises OSError."""
        _replace(self._folder / f"{os.getpid()}{_FIGURES}", list(self._read()))

    def together(self) -> list[Family]:
        """What all processes have written, those that have ended included. Blocks for some milliseconds."""
        with self._alone():
            ended = self._gather_ended()
            living = [_content(path) for path in self._folder.glob(f"*{_FIGURES}")]
        return merged([*living, ended])

    def _gather_ended(self) -> list[Family]:
        """What the processes that have ended came to; their files become one."""
        kept = _content(self._folder / _ENDED)
        for life in self._folder.glob(f"*{_LIFE}"):
            if not _is_over(life):
                continue
            last = life.with_suffix(_FIGURES)
            kept = merged([kept, [f for f in _content(last) if f.kind != "gauge"]])
            _replace(self._folder / _ENDED, kept)
            last.unlink(missing_ok=True)
            life.unlink()
        return kept

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _content(path: Path) -> list[Family]:
    return _decode(path.read_bytes()) if path.exists() else []


def _replace(path: Path, families: Sequence[Family]) -> None:
    """In one step: whoever reads finds the old or the new."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(_encode(families))
    draft.replace(path)


def _is_over(life: Path) -> bool:
    """Whether the process that holds this file has ended. One's own is held too (flock(2))."""
    with life.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def shared_folder() -> Path:
    """The folder of the processes that one parent has started. Those of parents that are gone are removed.

    Raises OSError, also where somebody else has made it.
    """
    root, name = Path(tempfile.gettempdir()), f"{_PREFIX}-{os.geteuid()}"
    for folder in root.glob(f"{name}-*"):
        parent, _, started = folder.name.removeprefix(f"{name}-").partition("-")
        if started and _started(int(parent)) != started:
            _remove(folder)
    folder = root / f"{name}-{os.getppid()}-{_started(os.getppid())}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _started(pid: int) -> str:
    """When the process was started, in ticks since the machine was; nothing if it is not there (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
