"""What a field is to be set to, as people say it."""

from __future__ import annotations

from typing import Any

import msgspec

from server.assistant.local.finding import cleaned
from server.assistant.local.forms import day_in, minor_units, money_in
from server.assistant.local.question import Call, Found, Question, Steps
from storage.folding import folded

_FIELDS = {
    "value": ("value", "amount", "worth", "valor", "deal value"),
    "email": ("email", "e-mail", "email address", "mail"),
    "phone": ("phone", "phone number", "telephone", "telefone", "fone", "celular"),
    "company": ("company", "empresa"),
    "name": ("name", "nome"),
    "owner_id": ("owner", "responsavel", "dono"),
    "next_action_at": (
        "next action",
        "next step",
        "follow-up",
        "follow up",
        "due date",
        "proxima acao",
        "proximo passo",
        "prazo",
        "retorno",
    ),
    "stage": ("stage", "etapa"),
}


def field_called(words: str) -> str | None:
    wanted = folded(words).strip()
    return next((field for field, names in _FIELDS.items() if wanted in names), None)


class NotUnderstood(str):
    """What to say instead of a proposal."""


def value_of(
    question: Question, client: Found, field: str, wanted: str
) -> Steps[Any | NotUnderstood]:
    if field == "value":
        return _money_value(question, client, wanted)
    if field == "next_action_at":
        at = day_in(wanted, question.situation.now)
        return (
            msgspec.to_builtins(at)
            if at
            else NotUnderstood(
                question.say(
                    "On which day? Say for example 2026-12-01.",
                    "Em que dia? Por exemplo 01/12/2026.",
                )
            )
        )
    if field == "stage":
        stage = question.stage_called(wanted)
        names = ", ".join(stage.name for stage in question.situation.stages)
        return (
            stage.key
            if stage
            else NotUnderstood(question.say(f"The stages are {names}.", f"As etapas são {names}."))
        )
    if field == "owner_id":
        return (yield from _member(question, wanted))
    return wanted


def _money_value(question: Question, client: Found, wanted: str) -> Any | NotUnderstood:
    amount = money_in(wanted)
    currency = amount and (amount[1] or (client["value"] or {}).get("currency"))
    if amount is None or currency is None:
        return NotUnderstood(
            question.say(
                "How much, and in which currency? Say for example 5000 EUR.",
                "Quanto, e em que moeda? Diga por exemplo 5000 BRL.",
            )
        )
    return {"amount": minor_units(amount[0], currency), "currency": currency}


def _member(question: Question, wanted: str) -> Steps[Any | NotUnderstood]:
    wanted = cleaned(wanted)
    if folded(wanted) in ("me", "myself", "mim"):
        return question.situation.asked_by.id
    if folded(wanted) in ("nobody", "no one", "ninguem"):
        return None
    (board,) = yield [Call("board_summary")]
    fitting = [
        owner
        for owner in board["owners"]
        if folded(wanted) in (folded(owner["name"]), *folded(owner["name"]).split())
    ]
    if len(fitting) == 1:
        return fitting[0]["id"]
    names = ", ".join(owner["name"] for owner in board["owners"])
    return NotUnderstood(
        question.say(f"To whom? The members are {names}.", f"Para quem? Os membros são {names}.")
    )
