"""The analyst with a board that stands in a dict: what it asks of its tools, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from server.assistant.local.analyses import analysis_of
from server.assistant.local.question import Call, Question, Situation
from storage.folding import folded

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Found = dict[str, Any]
STAGES = ("lead", "contacted", "proposal", "won", "lost")


def client(id_: str, name: str, **fields: Any) -> Found:
    return {
        "id": id_,
        "name": name,
        "company": None,
        "email": None,
        "phone": None,
        "stage": "lead",
        "value": None,
        "owner_id": None,
        "owner_name": None,
        "tags": [],
        "notes": "",
        "next_action_at": None,
        **fields,
    }


NORDLYS = client(
    "c1",
    "Nordlys Cycles",
    company="Nordlys AS",
    stage="proposal",
    value={"amount": 1_250_000, "currency": "EUR"},
    owner_id="u1",
    owner_name="Ana",
    tags=["retail"],
    next_action_at="2026-03-01T09:00:00Z",
)
AURORA = client(
    "c2",
    "Padaria Aurora",
    value={"amount": 80_050, "currency": "BRL"},
    tags=["retail", "food"],
    next_action_at="2026-03-06T09:00:00Z",
)
ZETA = client("c3", "Zeta")


class Analyst:
    """Asks and remembers the calls of the last question."""

    def __init__(self, *clients: Found, in_question: Found | None = None) -> None:
        self.clients = list(clients or (NORDLYS, AURORA, ZETA))
        self.calls: list[Call] = []
        self.answers: dict[str, Callable[[Found], Found]] = {
            "board_summary": lambda _: self._summary(),
            "list_clients": self._list,
            "search_clients": self._search,
            "get_client": self._get,
            "client_history": lambda _: {
                "changes": [
                    {
                        "at": "2026-03-02T09:00:00Z",
                        "by": "Ben",
                        "op": "updated",
                        "changes": [{"field": "stage", "from": "lead", "to": "proposal"}],
                    }
                ]
            },
            "due_clients": lambda _: {
                "now": "2026-03-04T12:00:00Z",
                "clients": [one for one in self.clients if one["next_action_at"]],
            },
            "quiet_clients": lambda _: {
                "more": False,
                "clients": [{**one, "days_quiet": 40} for one in self.clients],
            },
            "recent_changes": lambda _: {"more": False, "changes": []},
            "propose_change": lambda asked: {"proposal_id": "p1"},
        }
        asked_about = in_question and {"id": in_question["id"], "name": in_question["name"]}
        self._situation = msgspec.convert(
            {
                "workspace": "Sales",
                "now": NOW,
                "asked_by": {"id": "u1", "name": "Ana"},
                "stages": [{"key": key, "name": key.title()} for key in STAGES],
                "client_in_question": asked_about,
            },
            Situation,
        )

    def ask(self, text: str) -> str:
        self.calls = []
        analysis = analysis_of(Question(text, self._situation))
        try:
            calls = next(analysis)
            while True:
                self.calls += calls
                calls = analysis.send([self.answers[call.name](call.input) for call in calls])
        except StopIteration as done:
            said: str = done.value
            return said

    def proposed(self, text: str) -> Found | None:
        """What is proposed when this is asked, without its reason."""
        self.ask(text)
        proposals = [call.input for call in self.calls if call.name == "propose_change"]
        assert len(proposals) <= 1
        for proposal in proposals:
            return {name: value for name, value in proposal.items() if name != "reason"}
        return None

    def _search(self, asked: Found) -> Found:
        words = folded(asked["query"]).split()
        found = [
            one
            for one in self.clients
            if all(word in folded(one["name"] + " " + (one["company"] or "")) for word in words)
        ]
        return {"clients": found, "more": False}

    def _list(self, asked: Found) -> Found:
        found = [
            one
            for one in self.clients
            if asked.get("stage") in (None, one["stage"])
            and asked.get("owner_id") in (None, one["owner_id"] or "none")
            and (asked.get("tag") is None or asked["tag"] in one["tags"])
        ]
        return {"clients": found, "more": False}

    def _get(self, asked: Found) -> Found:
        for one in self.clients:
            if one["id"] == asked["client_id"]:
                comment = {"at": "2026-03-03T09:00:00Z", "author": "Ben", "body": "Called back."}
                return {"client": one, "comments": [comment]}
        return {"error": "There is no such client."}

    def _summary(self) -> Found:
        def line(clients: list[Found]) -> Found:
            sums: dict[str, int] = {}
            for one in clients:
                if one["value"]:
                    currency = one["value"]["currency"]
                    sums[currency] = sums.get(currency, 0) + one["value"]["amount"]
            values = [{"currency": name, "amount": amount} for name, amount in sums.items()]
            return {"count": len(clients), "values": values}

        def such(field: str, value: Any) -> list[Found]:
            return [one for one in self.clients if one[field] == value]

        tags = dict.fromkeys(tag for one in self.clients for tag in one["tags"])
        return {
            "total": line(self.clients),
            "stages": [
                {"key": key, "name": key.title(), **line(such("stage", key))} for key in STAGES
            ],
            "owners": [
                {"id": "u1", "name": "Ana", "role": "owner", **line(such("owner_id", "u1"))},
                {"id": "u2", "name": "Ben Silva", "role": "editor", **line(such("owner_id", "u2"))},
            ],
            "without_owner": line(such("owner_id", None)),
            "tags": [
                {"tag": tag, **line([one for one in self.clients if tag in one["tags"]])}
                for tag in tags
            ],
        }
