"""What the commands print: tables for people, JSON lines with --json. Results to stdout, the rest to stderr."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import click
import msgspec

from realtime.currencies import minor_digits
from realtime.messages import Money

T = TypeVar("T")
Column = tuple[str, Callable[[T], object]]
_encoder = msgspec.json.Encoder()
_KEPT = "\n\t\u200d"  # the last one joins emoji
_NARROWEST = 8
_BETWEEN = "  "


class Output:
    """`colour`: a terminal that wants it (https://no-color.org). Only a terminal has a width to keep to."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.to_terminal = sys.stdout.isatty()
        self.colour = self.to_terminal and not os.environ.get("NO_COLOR")

    def value(self, value: object) -> None:
        """One JSON value on a line of its own."""
        click.echo(_encoder.encode(value).decode())

    def record(self, record: object, fields: Iterable[tuple[str, object]]) -> None:
        """One thing: its fields, or itself as JSON."""
        if self.as_json:
            self.value(record)
            return
        shown = [
            (name, text_of(value)) for name, value in fields if value not in (None, "", [], {})
        ]
        width = max((len(name) for name, _ in shown), default=0)
        for name, text in shown:
            self.line(f"{self.strong(name.ljust(width))}  {text}")

    def rows(self, items: Sequence[T], columns: Sequence[Column[T]]) -> None:
        """Many things: a table, or a JSON line for each."""
        if self.as_json:
            for item in items:
                self.value(item)
            return
        cells = [
            [text_of(value(item)).replace("\n", " ") for _, value in columns] for item in items
        ]
        heads = [name for name, _ in columns]
        widths = [max(map(columns_of, column)) for column in zip(heads, *cells, strict=True)]
        if self.to_terminal:
            room = shutil.get_terminal_size().columns
            widths = fitted(
                widths, room, {place for place, head in enumerate(heads) if head == "ID"}
            )
        self.line(self.strong(joined(heads, widths)))
        for row in cells:
            self.line(joined(row, widths))

    def done(self, words: str, record: object = None) -> None:
        """A write has happened."""
        if self.as_json:
            self.value(record)
        else:
            self.line(words)

    def line(self, text: str) -> None:
        click.echo(text, color=self.colour)

    def strong(self, text: str) -> str:
        return click.style(text, bold=True) if self.colour else text

    def faint(self, text: str) -> str:
        return click.style(text, dim=True) if self.colour else text


def text_of(value: object) -> str:
    """A value for people. What others have written cannot steer the terminal."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return money_text(value)
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return ", ".join(text_of(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{plain(str(name))}={text_of(inner)}" for name, inner in value.items())
    return plain(str(value))


def plain(text: str) -> str:
    """Without control and direction characters, but for line ends and tabs."""
    return "".join(
        letter if letter in _KEPT or unicodedata.category(letter) not in ("Cc", "Cf") else "\ufffd"
        for letter in text
    )


def money_text(money: Money) -> str:
    digits = minor_digits(money.currency)
    return f"{Decimal(money.amount).scaleb(-digits):,.{digits}f} {money.currency}"


def columns_of(text: str) -> int:
    """How wide a terminal draws it."""
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def fitted(widths: Sequence[int], room: int, whole: Set[int] = frozenset()) -> list[int]:
    """The widest columns give way until all fit, or are as narrow as is readable.

    Those at the places `whole` do not: half an id is of no use.
    """
    found = list(widths)
    room -= len(_BETWEEN) * (len(found) - 1)
    places = [place for place in range(len(found)) if place not in whole]
    while sum(found) > room and places:
        widest = max(places, key=found.__getitem__)
        if found[widest] <= _NARROWEST:
            break
        found[widest] -= 1
    return found


def joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [cut(cell, width) for cell, width in zip(cells, widths, strict=True)]
    padded = [
        cell + " " * (width - columns_of(cell)) for cell, width in zip(shown, widths, strict=True)
    ]
    return _BETWEEN.join(padded).rstrip()


def cut(text: str, width: int) -> str:
    if columns_of(text) <= width:
        return text
    while columns_of(text) > width - 1:
        text = text[:-1]
    return f"{text}…"
