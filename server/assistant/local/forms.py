"""Amounts and days as the two languages write them, and as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from realtime.currencies import minor_digits
from server.assistant.local.language import Language
from storage.folding import folded

_SYMBOLS = {"€": "EUR", "£": "GBP", "R$": "BRL", "$": "USD", "US$": "USD"}
_MONTHS: dict[Language, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
}
_MONEY = re.compile(
    r"(?P<symbol>US\$|R\$|[€£$])?\s*(?P<number>\d[\d.,]*)\s*(?P<kilo>k|mil\b)?\s*"
    r"(?P<code>[A-Z]{3}\b|€|£|(?i:euros?|dollars?|d[oó]lares|reais|pounds?)\b)?"
)
_CURRENCY_WORDS = {
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "dolares": "USD",
    "reais": "BRL",
    "pound": "GBP",
    "pounds": "GBP",
}
_ISO_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_SLASHED_DAY = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_IN_DAYS = re.compile(r"\b(?:in|em|daqui a)\s+(\d{1,3})\s+(?:days?|dias?)\b")
WORKDAY_BEGINS = time(9, tzinfo=UTC)


def money(value: dict[str, Any], language: Language) -> str:
    """`value` has `amount` in minor units and `currency`."""
    digits = minor_digits(value["currency"])
    number = f"{Decimal(value['amount']).scaleb(-digits):,.{digits}f}"
    if language == "pt":
        number = number.translate(str.maketrans(",.", ".,"))
    return f"{number} {value['currency']}"


def amounts(values: Iterable[dict[str, Any]], language: Language) -> str:
    """Each currency for itself."""
    return " + ".join(money(value, language) for value in values)


def day(moment: str, language: Language) -> str:
    at = datetime.fromisoformat(moment)
    month = _MONTHS[language].split()[at.month - 1]
    return f"{at.day} {month} {at.year}"


def money_in(text: str) -> tuple[Decimal, str | None] | None:
    """The first amount of a text with its currency, if it has one: €5,000.50 or R$ 1.234,56 or 5k USD."""
    found = _MONEY.search(text)
    if found is None:
        return None
    number = _decimal(found["number"].rstrip(".,"))
    if found["kilo"]:
        number *= 1000
    code = found["code"] or found["symbol"]
    if code is None:
        return number, None
    return number, _SYMBOLS.get(code) or _CURRENCY_WORDS.get(folded(code)) or code.upper()


def minor_units(number: Decimal, currency: str) -> int:
    return int(number.scaleb(minor_digits(currency)).to_integral_value())


def _decimal(text: str) -> Decimal:
    """The last separator is the decimal one when one or two digits follow it; any other groups thousands."""
    parts = re.split(r"[.,]", text)
    if len(parts) > 1 and len(parts[-1]) <= 2:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    return Decimal("".join(parts))


def day_in(text: str, now: datetime) -> datetime | None:
    """The day that a text names, at the beginning of work; None without one."""
    plain = folded(text)
    if found := _ISO_DAY.search(plain):
        year, month, number = map(int, found.groups())
    elif found := _SLASHED_DAY.search(plain):
        number, month, year = map(int, found.groups())
    else:
        return _relative_day(plain, now)
    try:
        return datetime.combine(datetime(year, month, number, tzinfo=UTC), WORKDAY_BEGINS)
    except ValueError:
        return None


def _relative_day(plain: str, now: datetime) -> datetime | None:
    days: int | None = None
    if found := _IN_DAYS.search(plain):
        days = int(found[1])
    elif re.search(r"\b(tomorrow|amanha)\b", plain):
        days = 1
    elif re.search(r"\b(today|hoje)\b", plain):
        days = 0
    elif re.search(r"\b(next week|semana que vem|proxima semana)\b", plain):
        days = 7
    return None if days is None else datetime.combine(now + timedelta(days=days), WORKDAY_BEGINS)


def days_in(plain: str, otherwise: int) -> int:
    """The span of time that a folded question is about, in days."""
    if found := re.search(r"\b(\d{1,3})\s*(day|dia|week|semana|month|mes)", plain):
        unit = {"day": 1, "dia": 1, "week": 7, "semana": 7}.get(found[2], 30)
        return max(1, int(found[1]) * unit)
    for pattern, days in (
        (r"\b(today|hoje)\b", 1),
        (r"\b(week|semana)\b", 7),
        (r"\b(month|mes)\b", 30),
        (r"\b(quarter|trimestre)\b", 90),
    ):
        if re.search(pattern, plain):
            return days
    return otherwise
