"""A CSV file as rows of cells: its encoding and delimiter found out, in bounded memory. No I/O but reading the file."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

from server.errors import Invalid
from server.importing.cells import unguarded
from server.importing.columns import field_of

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 64 * 1024
_SAMPLE_ROWS = 20
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Format:
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class Bounds:
    """`max_rows` counts empty ones too."""

    max_row_chars: int
    max_rows: int
    max_columns: int


@dataclass(frozen=True)
class Row:
    """`number` as a spreadsheet shows it: the header is row 1."""

    number: int
    cells: list[str]


class Table:
    """Made by `opened`. `rows` may be asked for again: it begins anew."""

    def __init__(self, file: BinaryIO, format_: Format, bounds: Bounds) -> None:
        self._file = file
        self.format = format_
        self._bounds = bounds
        header = next(self._parsed(), None)
        if header is None or not any(cell.strip() for cell in header):
            raise Invalid("The file has no header row: name the columns in its first line.")
        if len(header) > bounds.max_columns:
            raise Invalid(
                f"The file has {len(header):,} columns; it may have at most {bounds.max_columns:,}."
            )
        self.columns = [unguarded(cell.strip()) for cell in header]

    def rows(self) -> Generator[Row, None, None]:
        """Those below the header that are not empty. Raises `Invalid` where the file is no CSV."""
        with contextlib.closing(self._parsed()) as parsed:
            next(parsed)
            for number, cells in enumerate(parsed, 2):
                if any(cell and not cell.isspace() for cell in cells):
                    yield Row(number, cells)

    def count(self) -> int:
        """How many rows `rows` gives. Raises as it does."""
        return sum(1 for _ in self.rows())

    def _parsed(self) -> Generator[list[str], None, None]:
        text = _text(self._file, self.format.encoding)
        number = 0
        try:
            lines = _Lines(text, self._bounds.max_row_chars)
            for row in csv.reader(lines, delimiter=self.format.delimiter):
                number += 1
                if number > self._bounds.max_rows:
                    raise Invalid(
                        f"The file has more than {self._bounds.max_rows:,} rows: send it in parts."
                    )
                lines.begin_row()
                yield row
        except csv.Error as error:
            raise Invalid(
                f"Row {number + 1} cannot be read ({error}): is a quotation mark missing?"
            ) from None
        finally:
            text.detach()


class _Lines:
    """The lines of a text, of which one row may take so many characters: a lost quotation mark swallows no file."""

    def __init__(self, text: io.TextIOWrapper, max_row_chars: int) -> None:
        self._text = text
        self._max = max_row_chars
        self._left = max_row_chars

    def begin_row(self) -> None:
        self._left = self._max

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"it has more than {self._max} characters")
        return line


def opened(file: BinaryIO, bounds: Bounds) -> Table:
    """The file as a table. Raises `Invalid` when it has no header, or one that is too wide."""
    encoding = _encoding(file)
    return Table(file, Format(encoding, _delimiter(file, encoding)), bounds)


def shown_encoding(encoding: str) -> str:
    """The encoding as an answer names it."""
    return {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(file, encoding, "replace", newline="")


def _encoding(file: BinaryIO) -> str:
    """By its byte order mark; without one UTF-16 by its zeros, UTF-8 if all of it is, else Windows-1252."""
    file.seek(0)
    start = file.read(_SAMPLE_BYTES)
    for bom, encoding in _BOMS.items():
        if start.startswith(bom):
            return encoding
    if start.count(0) > len(start) // 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while start:
            decoder.decode(start)
            start = file.read(_SAMPLE_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The one by which the header has the most names that are known, and the rows the most equal cells."""
    text = _text(file, encoding)
    sample = text.read(_SAMPLE_BYTES // 2)
    text.detach()

    def fitness(delimiter: str) -> tuple[int, int, int]:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            rows = [row for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False) if row]
        except csv.Error:
            return (0, 0, 0)
        if not rows:
            return (0, 0, 0)
        header, width = rows[0], len(rows[0])
        known = sum(field_of(cell.strip()) is not None for cell in header)
        alike = sum(len(row) == width for row in rows) if width > 1 else 0
        return (known if width > 1 else 0, alike, width)

    return max(DELIMITERS, key=fitness)
