"""A client's fields as options of the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import click

from clientflow.records import ClientFields
from realtime.currencies import minor_digits
from realtime.messages import Money

_MONEY = re.compile(r"(?P<amount>-?\d+(\.\d+)?)\s*(?P<currency>[A-Za-z]{3})")
_MAY_BE_EMPTY = ("company", "email", "phone", "value", "owner", "tags", "notes", "next-action")
_EMPTY: dict[str, object] = {"tags": [], "notes": ""}


class MoneyType(click.ParamType[Money]):
    """`1250.50 EUR`: major units and an ISO 4217 code."""

    name = "money"

    def convert(self, value: Any, param: Any, ctx: Any) -> Money:
        found = _MONEY.fullmatch(value.strip())
        if found is None:
            self.fail(
                f"{value!r} is no amount with its currency, such as '1250.50 EUR'.", param, ctx
            )
        currency = found["currency"].upper()
        minor = Decimal(found["amount"]).scaleb(minor_digits(currency))
        if minor != minor.to_integral_value():
            self.fail(
                f"{currency} has {minor_digits(currency)} digits after the point.", param, ctx
            )
        return Money(amount=int(minor), currency=currency)


class MomentType(click.ParamType[datetime]):
    """A day (noon in UTC) or an RFC 3339 time."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day or time, such as 2026-01-31T09:30:00Z.", param, ctx)
        if len(value) == len("2026-01-31"):
            moment = moment.replace(hour=12)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class PairType(click.ParamType[tuple[str, str]]):
    """`NAME=VALUE`."""

    name = "name=value"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        name, equals, text = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not NAME=VALUE.", param, ctx)
        return name, text


def field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--company"),
        click.option("--email"),
        click.option("--phone"),
        click.option("--stage", help="The key of a stage."),
        click.option("--value", type=MoneyType(), help="Such as '1250.50 EUR'."),
        click.option("--owner", help="A user id."),
        click.option("--tag", "tags", multiple=True, help="May be repeated."),
        click.option("--notes"),
        click.option("--next-action", type=MomentType(), help="A day, or a time."),
        click.option("--custom", type=PairType(), multiple=True, help="A custom field, as text."),
    )
    for option in reversed(options):
        command = option(command)
    return command


clear_option = click.option(
    "--clear",
    multiple=True,
    type=click.Choice(_MAY_BE_EMPTY),
    help="A field to empty. May be repeated.",
)
_FIELD_OF = {"owner": "owner_id", "next_action": "next_action_at", "next-action": "next_action_at"}


_MADE_OF: dict[str, Callable[[Any], object]] = {"tags": list, "custom": dict}


def _same(value: object) -> object:
    return value


def fields_of(options: dict[str, Any], clear: tuple[str, ...] = ()) -> ClientFields:
    """The fields that were given."""
    found: dict[str, object] = {}
    for name, value in options.items():
        if value is None or value == ():
            continue
        found[_FIELD_OF.get(name, name)] = _MADE_OF.get(name, _same)(value)
    for name in clear:
        found[_FIELD_OF.get(name, name)] = _EMPTY.get(name)
    return cast(ClientFields, found)
