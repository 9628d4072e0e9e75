"""Which client a question is about."""

from __future__ import annotations

import re

from server.assistant.local.question import Call, Found, Question, Steps
from storage.folding import folded

_TRIMMED = " \t.,;:!?'\"“”\u2018\u2019«»()"
_LEADING = re.compile(
    r"^(?:the|a|an|client|customer|deal|o|a|os|as|do|da|de|ao|cliente|neg[oó]cio)\s+", re.IGNORECASE
)
_THIS = re.compile(
    r"^(?:it|this|them|him|her|this (?:client|one|deal|card)|el[ea]|iss?o|ess[ea]|est[ea])?"
    r"(?: (?:cliente|neg[oó]cio|cart[aã]o))?$",
    re.IGNORECASE,
)


def cleaned(name: str) -> str:
    """A name as it stands in a sentence, without what stands around it."""
    name = name.strip(_TRIMMED)
    while (shorter := _LEADING.sub("", name).strip(_TRIMMED)) != name:
        name = shorter
    return re.sub(r"['\u2019]s$", "", name)


def find_client(question: Question, name: str) -> Steps[Found | str]:
    """The one client of that name, or what to say where there is none or more than one."""
    name = cleaned(name)
    if _THIS.match(name):
        this = question.situation.client_in_question
        if this is None:
            return question.say("Which client do you mean?", "De qual cliente você está falando?")
        (found,) = yield [Call("get_client", {"client_id": this.id})]
        client: Found | None = found.get("client")
        return client or _nobody(question, this.name)
    (found,) = yield [Call("search_clients", {"query": name[:200], "limit": 10})]
    clients = found.get("clients", [])
    wanted = folded(name)
    named = [
        client
        for client in clients
        if wanted in folded(client["name"]) or wanted in folded(client["company"] or "")
    ]
    exact = [client for client in clients if folded(client["name"]) == wanted]
    for candidates in (exact, named, clients):
        if len(candidates) == 1:
            only: Found = candidates[0]
            return only
        if candidates:
            return _several(question, candidates)
    return _nobody(question, name)


def _several(question: Question, clients: list[Found]) -> str:
    names = "\n".join(
        f"- **{client['name']}**" + (f" ({client['company']})" if client["company"] else "")
        for client in clients[:8]
    )
    return question.say("Several clients fit:", "Há vários clientes assim:") + "\n\n" + names


def _nobody(question: Question, name: str) -> str:
    return question.say(
        f"I find no client called “{name}” on this board.",
        f"Não encontro nenhum cliente chamado “{name}” neste quadro.",
    )
