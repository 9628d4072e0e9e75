"""Every limit stands in a page, with its value."""

import dataclasses
import re

from server.limits import Limits
from tests.unit.docs.markdown import Page, code_in


def documented() -> dict[str, float]:
    tables = [
        Page("docs/protocol.md").section("Limits").table("Limit", "Value", "At the limit"),
        Page("docs/rest.md").section("Limits").table("Limit", "Value", "At the limit"),
        Page("docs/operations.md").table("Limit", "Value", "Bounds"),
        Page("docs/assistant.md").table("Limit", "Value", "Bounds"),
        Page("docs/webhooks.md").table("Limit", "Value", "Bounds"),
    ]
    found: dict[str, float] = {}
    for row in [row for table in tables for row in table]:
        (name,) = code_in(row["Limit"])
        assert name not in found, f"{name} stands twice"
        number = re.match(r"[\d,]+(\.\d+)?", row["Value"])
        assert number, f"{name}: {row['Value']!r} does not begin with a number"
        found[name] = float(number[0].replace(",", "").rstrip("."))
    return found


def test_every_limit_is_documented_with_its_value() -> None:
    limits = Limits()
    coded = {
        field.name: getattr(group, field.name)
        for group in (limits, limits.session, limits.hub, limits.assistant, limits.webhooks)
        for field in dataclasses.fields(group)
        if field.name not in ("rates", "session", "hub", "assistant", "webhooks")
    }
    assert documented() == coded
