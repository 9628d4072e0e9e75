"""CSV in and out, streamed: neither file is ever whole in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Literal, TypeAlias, TypeVar

import msgspec

from clientflow.channel import Channel
from clientflow.records import ImportReport, ImportTrial
from clientflow.rest import Query, Rest, Value, new_key
from realtime.messages import Change, ImportFrame, Welcome

T = TypeVar("T")
Source: TypeAlias = str | Path | bytes | IO[bytes]
Match: TypeAlias = Literal["external_id", "email", "none"]
Progress: TypeAlias = Callable[[int, int], None]
_PIECE = 64 * 1024


class AsyncTransfer:
    def __init__(self, rest: Rest, root: str, workspace_id: str) -> None:
        self._rest = rest
        self._root = root
        self._workspace_id = workspace_id

    async def preview(
        self,
        source: Source,
        *,
        match: Match = "none",
        mapping: dict[str, str | None] | None = None,
        currency: str | None = None,
    ) -> ImportTrial:
        """What a file holds and what its rows would do. Changes nothing."""
        query = _options(match, mapping, currency, None) | {"dry_run": "true"}
        return await self._upload(source, ImportTrial, query, new_key())

    async def bring_in(
        self,
        source: Source,
        *,
        match: Match = "none",
        mapping: dict[str, str | None] | None = None,
        currency: str | None = None,
        on_error: Literal["skip", "stop"] = "skip",
        on_progress: Progress | None = None,
        key: str | None = None,
    ) -> ImportReport:
        """Import a CSV file: a path, its bytes or a file that can be read and wound back.

        `on_progress(done, total)` is told of rows while a socket can be had, and in any case when all are done. Whoever
        repeats it with the same `key`, file and options brings nothing in twice.
        """
        key = key or new_key()
        query = _options(match, mapping, currency, on_error)
        if on_progress is None:
            return await self._upload(source, ImportReport, query, key)
        listener = _ProgressListener(key, on_progress)
        channel = Channel(self._rest, self._workspace_id, listener, None)
        channel.open()
        try:
            report = await self._upload(source, ImportReport, query, key)
        finally:
            await channel.close()
        if not report.stopped:
            listener.reach(report.rows, report.rows)
        return report

    async def export(self) -> AsyncIterator[bytes]:
        """The CSV file of every client, piece by piece."""
        async with self._rest.download(f"{self._root}/export.csv") as pieces:
            async for piece in pieces:
                yield piece

    async def _upload(self, source: Source, type_: type[T], query: Query, key: str) -> T:
        return await self._rest.upload(
            f"{self._root}/import", type_, lambda: _pieces(source), query=query, key=key
        )


class _ProgressListener:
    """Hears of one import on a channel without a board."""

    def __init__(self, key: str, on_progress: Progress) -> None:
        self._key = key
        self._on_progress = on_progress
        self._done = 0

    def told(self, frame: object) -> None:
        if isinstance(frame, ImportFrame) and frame.id == self._key:
            self.reach(frame.done, frame.total)

    def reach(self, done: int, total: int) -> None:
        if done > self._done:
            self._done = done
            self._on_progress(done, total)

    async def load(self) -> int:
        raise AssertionError("a channel without a board loads none")

    def folded(self, change: Change) -> None:
        pass

    def joined(self, welcome: Welcome) -> None:
        pass

    def ended(self, error: BaseException | None) -> None:
        pass


def _options(
    match: Match,
    mapping: dict[str, str | None] | None,
    currency: str | None,
    on_error: str | None,
) -> dict[str, Value]:
    return {
        "match": match,
        "mapping": None if mapping is None else msgspec.json.encode(mapping).decode(),
        "currency": currency,
        "on_error": on_error,
    }


async def _pieces(source: Source) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    if isinstance(source, str | Path):
        with await asyncio.to_thread(Path(source).open, "rb") as file:
            async for piece in _read(file):
                yield piece
        return
    await asyncio.to_thread(source.seek, 0)
    async for piece in _read(source):
        yield piece


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
