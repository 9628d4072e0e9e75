"""One client: what is known of it, and a message to it."""

from __future__ import annotations

import re
from typing import Any

from server.assistant.local.finding import cleaned, find_client
from server.assistant.local.forms import amounts, day
from server.assistant.local.question import Analysis, Call, Found, Question

_ABOUT = re.compile(
    r"\b(?:about|summari[sz]e|summary of|status of|history of|happened with|happened to|know of|who is|find|look up|"
    r"news (?:of|on)|show(?: me)?|sobre|resum[aoi]r?|resumo d[eao]|situa[cç][aã]o d[eao]|hist[oó]rico d[eao]|"
    r"aconteceu com|quem [eé]|encontre|procure|mostre)\s+(?P<name>.+)",
    re.IGNORECASE,
)
_DRAFT_TO = re.compile(
    r"\b(?:to|for|with|para|ao|à|com)\s+(?P<name>[^,;:]+?)"
    r"(?:\s+(?:about|asking|saying|on|sobre|perguntando|dizendo)\b.*)?[.?!]*$",
    re.IGNORECASE,
)
MAX_EVENTS = 8


def summary(question: Question) -> Analysis:
    found = _ABOUT.search(question.text)
    return (yield from summary_of(question, found["name"] if found else question.text))


def summary_of(question: Question, name: str) -> Analysis:
    client = yield from find_client(question, name)
    if isinstance(client, str):
        return client
    told, history = yield [
        Call("get_client", {"client_id": client["id"]}),
        Call("client_history", {"client_id": client["id"], "limit": MAX_EVENTS}),
    ]
    if "client" not in told:
        return question.say("That client has just gone.", "Esse cliente acabou de sair.")
    client, say, language = told["client"], question.say, question.language
    company = f" ({client['company']})" if client["company"] else ""
    facts = [(say("Stage", "Etapa"), question.stage_name(client["stage"]))]
    if client["value"]:
        facts.append((say("Value", "Valor"), amounts([client["value"]], language)))
    facts.append((say("Owner", "Responsável"), client["owner_name"] or say("nobody", "ninguém")))
    for english, portuguese, field in (
        ("Email", "E-mail", "email"),
        ("Phone", "Telefone", "phone"),
    ):
        if client[field]:
            facts.append((say(english, portuguese), client[field]))
    if client["tags"]:
        facts.append((say("Tags", "Etiquetas"), ", ".join(client["tags"])))
    if client["next_action_at"]:
        facts.append((say("Next action", "Próxima ação"), day(client["next_action_at"], language)))
    parts = [
        f"**{client['name']}**{company}",
        "\n".join(f"- {name}: {value}" for name, value in facts),
    ]
    if client["notes"]:
        parts.append(say("Notes:", "Notas:") + "\n\n" + _quoted(client["notes"], 600))
    if told["comments"]:
        lines = [
            f"- {day(comment['at'], language)}, {comment['author']}: {_line(comment['body'], 200)}"
            for comment in told["comments"][-5:]
        ]
        parts.append(say("Latest comments:", "Últimos comentários:") + "\n\n" + "\n".join(lines))
    events = [_event(question, event) for event in history["changes"]]
    parts.append(say("History:", "Histórico:") + "\n\n" + "\n".join(events))
    return "\n\n".join(parts)


def draft(question: Question) -> Analysis:
    """A message to a client from what its record says, to be read and sent by a person."""
    found = _DRAFT_TO.search(question.text)
    client = yield from find_client(question, found["name"] if found else "")
    if isinstance(client, str):
        return client
    (told,) = yield [Call("get_client", {"client_id": client["id"]})]
    if "client" not in told:
        return question.say("That client has just gone.", "Esse cliente acabou de sair.")
    client, language = told["client"], question.language
    me = question.situation.asked_by.name
    lines = [question.say(f"Hello {client['name']},", f"Olá, {client['name']},"), ""]
    last = told["comments"][-1] if told["comments"] else None
    if last is not None:
        at = day(last["at"], language)
        lines.append(
            question.say(
                f"I am coming back to what we noted on {at}: {_line(last['body'], 160)}",
                f"Retomo o que anotamos em {at}: {_line(last['body'], 160)}",
            )
        )
    else:
        lines.append(
            question.say(
                "I wanted to ask how things stand on your side.",
                "Gostaria de saber como estão as coisas por aí.",
            )
        )
    lines.append(_purpose(question, client))
    lines += ["", question.say("Best regards,", "Um abraço,"), me]
    to = client["email"] or question.say("no email address is known", "sem e-mail conhecido")
    heading = question.say(
        f"A draft for **{client['name']}** ({to}); read it before you send it:",
        f"Um rascunho para **{client['name']}** ({to}); leia antes de enviar:",
    )
    return heading + "\n\n" + _quoted("\n".join(lines), 2_000)


def _purpose(question: Question, client: Found) -> str:
    worth = amounts([client["value"]], question.language) if client["value"] else ""
    stage = client["stage"]
    if stage == "proposal":
        of = question.say(f" of {worth}", f" de {worth}") if worth else ""
        return question.say(
            f"Have you had time to look at our proposal{of}? I am glad to answer any question.",
            f"Conseguiu olhar nossa proposta{of}? Fico à disposição para qualquer dúvida.",
        )
    if stage == "won":
        return question.say(
            "Thank you for working with us. Is everything as you expected?",
            "Obrigado pela parceria. Está tudo como esperava?",
        )
    if stage == "lost":
        return question.say(
            "Should things have changed since we last spoke, I would be glad to hear from you.",
            "Se algo mudou desde a nossa última conversa, ficarei feliz em saber.",
        )
    if client["next_action_at"]:
        at = day(client["next_action_at"], question.language)
        return question.say(
            f"Would {at} suit you for our next step?",
            f"{at} seria um bom dia para o nosso próximo passo?",
        )
    return question.say(
        "Would you have half an hour this week for a call?",
        "Você teria meia hora esta semana para conversarmos?",
    )


def _event(question: Question, event: Found) -> str:
    at = day(event["at"], question.language)
    if event["op"] == "updated":
        what = ", ".join(_changed(question, change) for change in event.get("changes", ()))
    else:
        what = {
            "created": question.say("created", "criado"),
            "deleted": question.say("deleted", "excluído"),
            "restored": question.say("restored", "restaurado"),
        }.get(str(event["op"]), "")
    return f"- {at}, {event['by']}: {what}"


_FIELDS = {
    "name": ("name", "nome"),
    "company": ("company", "empresa"),
    "email": ("email", "e-mail"),
    "phone": ("phone", "telefone"),
    "stage": ("stage", "etapa"),
    "value": ("value", "valor"),
    "owner_id": ("owner", "responsável"),
    "tags": ("tags", "etiquetas"),
    "notes": ("notes", "notas"),
    "next_action_at": ("next action", "próxima ação"),
}


def field_name(question: Question, field: str) -> str:
    return question.say(*_FIELDS.get(field, (field, field)))


def field_value(question: Question, field: str, value: Any) -> str:
    """A field's value as a sentence shows it."""
    if value in (None, "", []):
        return question.say("nothing", "nada")
    if field == "stage":
        return question.stage_name(value)
    if field == "value":
        return amounts([value], question.language)
    if field == "next_action_at":
        return day(value, question.language)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return _line(str(value), 80)


def _changed(question: Question, change: Found) -> str:
    field = change["field"]
    name = field_name(question, field)
    if field in ("owner_id", "notes", "custom"):
        return name
    was = field_value(question, field, change["from"])
    return f"{name} {was} → {field_value(question, field, change['to'])}"


def _line(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length].rstrip() + "…"


def _quoted(text: str, length: int) -> str:
    """As a quotation: what people have typed is told apart from what the analyst says."""
    text = text if len(text) <= length else text[:length].rstrip() + "…"
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def name_in(question: Question) -> str:
    """The part of a question that looks most like a client's name."""
    if quoted := re.search(r"[\"“«]([^\"”»]+)[\"”»]", question.text):
        return quoted[1]
    capitalised = re.findall(
        r"(?<![.!?] )(?<!^)\b[A-ZÀ-Ý][\w&'.-]*(?:\s+[A-ZÀ-Ý&][\w&'.-]*)*", question.text
    )
    return cleaned(max(capitalised, key=len)) if capitalised else ""
