"""One cell: what a spreadsheet may not run, and amounts, times, tags and custom fields as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from realtime.currencies import minor_digits

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"): some pass over blanks in front, and
# some take full-width signs for the plain ones.
_BEGUN = r"(?:[\t\r\n]|[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
_FORMULA = re.compile(rf"'*{_BEGUN}")
_QUOTED_FORMULA = re.compile(rf"'+{_BEGUN}")
_SYMBOLS = {"R$": "BRL", "US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_MONEY = re.compile(
    r"(?P<minus>[-\u2212])?\s*(?P<before>[A-Z]{3}|R\$|US\$|[$€£¥])?\s*(?P<minus_2>[-\u2212])?\s*"
    r"(?P<number>\d[\d.,' \u00a0\u202f]*)(?P<after>[A-Z]{3}|R\$|[$€£¥])?",
    re.ASCII,
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*", re.ASCII)
_SLASHED = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?",
    re.ASCII,
)
_MAX_AMOUNT_CHARS = 60
_NOON = 12  # a day without an hour is the same day from UTC-12 to UTC+11
_custom = msgspec.json.Decoder(dict[str, Any])
_TAG_NEEDS_QUOTES = re.compile(r'[;,"]')


class BadCell(Exception):
    """A cell that cannot be read; the text says what would be right."""


def guarded(cell: str) -> str:
    """The cell with an apostrophe in front where it would be a formula; `unguarded` takes it off again."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def amount_text(amount: int, currency: str) -> str:
    """Major units with a point: 1250050 of BRL is "12500.50"."""
    digits = minor_digits(currency)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"


def money_in(cell: str, currency: str | None) -> dict[str, Any]:
    """{amount, currency} of "1.234,56", "R$ 1,234.56" or "1250 EUR"; `currency` is that of a cell without one.

    Raises `BadCell`.
    """
    # Blanks may stand in several places of the pattern: on a long row of them it would take cubic time.
    found = _MONEY.fullmatch(cell.strip()) if len(cell) <= _MAX_AMOUNT_CHARS else None
    if found is None:
        raise BadCell("Must be an amount such as 1250, 1,250.50 or R$ 1.250,50")
    code = found["before"] or found["after"]
    code = _SYMBOLS.get(code, code) if code else currency
    if code is None:
        raise BadCell("Has no currency: add a column for it, or write it with the amount")
    digits = minor_digits(code)
    minus = bool(found["minus"] or found["minus_2"])
    amount = int(_number(found["number"], digits).scaleb(digits))
    return {"amount": -amount if minus else amount, "currency": code}


def _number(text: str, digits: int) -> Decimal:
    """The last point or comma is the decimal sign if no more digits follow it than the currency has."""
    text = re.sub(r"[\u00a0\u202f]", " ", text).strip()
    cut = max(text.rfind("."), text.rfind(","))
    whole, fraction = (text[:cut], text[cut + 1 :]) if cut >= 0 else (text, "")
    if cut < 0 or len(fraction) > digits or not fraction.isdigit():
        whole, fraction = text, ""
    if not (re.fullmatch(r"\d+", whole) or _GROUPED.fullmatch(whole)):
        raise BadCell(f"Must be an amount with at most {digits} decimals, such as 1250 or 1,250.50")
    return Decimal(re.sub(r"\D", "", whole) + ("." + fraction if fraction else ""))


def moment_in(cell: str) -> datetime:
    """ISO 8601, or day/month/year with or without a time; without a zone in UTC, without a time at noon.

    Raises `BadCell`.
    """
    try:
        if found := _SLASHED.fullmatch(cell):
            day, month, year = int(found[1]), int(found[2]), int(found[3])
            hour = _NOON if found[4] is None else int(found[4])
            return datetime(
                year, month, day, hour, int(found[5] or 0), int(found[6] or 0), tzinfo=UTC
            )
        moment = datetime.fromisoformat(cell)
        if len(cell) <= len("2026-01-31"):
            moment = moment.replace(hour=_NOON)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        raise BadCell("Must be a day such as 2026-01-31 or 31/01/2026") from None


def tags_text(tags: Iterable[str]) -> str:
    """Parted by "; ", in quotes where a tag has such a sign of its own."""
    return "; ".join(
        '"' + tag.replace('"', '""') + '"' if _TAG_NEEDS_QUOTES.search(tag) else tag for tag in tags
    )


def tags_in(cell: str) -> list[str]:
    """Parted by semicolons, or else by commas. Raises `BadCell`."""
    try:
        bare = re.sub(r'"(?:[^"]|"")*"', "", cell)
        delimiter = ";" if ";" in bare else ","
        (parts,) = csv.reader(
            io.StringIO(cell, newline=""), delimiter=delimiter, skipinitialspace=True
        )
    except (csv.Error, ValueError):
        raise BadCell("Must be tags parted by semicolons, in one line") from None
    return [tag for part in parts if (tag := part.strip())]


def custom_text(custom: dict[str, Any]) -> str:
    return msgspec.json.encode(custom).decode() if custom else ""


def custom_in(cell: str) -> dict[str, Any]:
    """Raises `BadCell`."""
    try:
        return _custom.decode(cell)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadCell('Must be a JSON object such as {"bikes": 40}') from None
