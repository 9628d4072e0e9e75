"""Every row that failed, as a CSV file: however many there are, memory holds but a part of it."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Iterable
from tempfile import SpooledTemporaryFile

from server.importing.cells import guarded
from server.importing.rows import Refusal

_IN_MEMORY_CHARS = 1024 * 1024
_PIECE_CHARS = 64 * 1024
_BOM = "\ufeff"  # by which spreadsheets know UTF-8


class BadRows:
    """Filled while an import runs, read once afterwards."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(  # noqa: SIM115
            _IN_MEMORY_CHARS, "w+", encoding="utf-8", newline=""
        )
        self._writer = csv.writer(self._file)
        self._file.write(_BOM)
        self._writer.writerow(("row", "field", "message"))

    def add(self, refusals: Iterable[Refusal]) -> None:
        self._writer.writerows(
            (each.row, guarded(each.field), guarded(each.message)) for each in refusals
        )

    async def text(self) -> AsyncIterator[str]:
        """In pieces."""
        with self._file:
            self._file.seek(0)
            while piece := await asyncio.to_thread(self._file.read, _PIECE_CHARS):
                yield piece

    def close(self) -> None:
        self._file.close()
