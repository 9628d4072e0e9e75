"""Records and changes as tools show them to a model: what matters of each, and no more of it than fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from storage.assistant_records import Total
from storage.records import Change, Client

Found: TypeAlias = dict[str, Any]


def brief(client: Client) -> Found:
    """A client as one of several."""
    return {
        "id": client.id,
        "name": client.name,
        "company": client.company,
        "stage": client.stage,
        "value": client.value,
        "owner_id": client.owner_id,
        "tags": client.tags,
        "next_action_at": client.next_action_at,
        "updated_at": client.updated_at,
        "version": client.version,
    }


def grouped(totals: Iterable[Total]) -> dict[str | None, Found]:
    """By key: how many, and their value in each currency. Amounts of different currencies are never added."""
    groups: dict[str | None, dict[str | None, int]] = {}
    counts: dict[str | None, int] = {}
    for total in totals:
        counts[total.key] = counts.get(total.key, 0) + total.count
        amounts = groups.setdefault(total.key, {})
        if total.currency is not None:
            amounts[total.currency] = amounts.get(total.currency, 0) + (total.amount or 0)
    return {
        key: {
            "count": counts[key],
            "values": [
                {"currency": currency, "amount": amount}
                for currency, amount in sorted(amounts.items(), key=lambda item: -item[1])
            ],
        }
        for key, amounts in groups.items()
    }


def event(change: Change) -> Found:
    fields = [name for name in change.data if name not in ("updated_at", "updated_by", "position")]
    shown = {"at": change.at, "by": change.actor.name, "entity": change.entity, "op": change.op}
    if change.op == "updated":
        shown["changes"] = [
            {
                "field": name,
                "from": _short(change.previous.get(name)),
                "to": _short(change.data[name]),
            }
            for name in fields
        ]
    elif change.entity == "comment":
        shown["body"] = cut(str(change.data.get("body", "")), 200)
    elif change.op == "created":
        shown["stage"], shown["value"] = change.data.get("stage"), change.data.get("value")
    if (client_id := client_of(change)) is not None:
        shown["client_id"] = client_id
    return shown


def client_of(change: Change) -> str | None:
    if change.entity == "client":
        return change.id
    client_id = change.data.get("client_id")
    return client_id if isinstance(client_id, str) else None


def _short(value: Any) -> Any:
    return cut(value, 200) if isinstance(value, str) else value


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"
