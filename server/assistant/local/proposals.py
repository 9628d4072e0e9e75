"""What the analyst proposes when it is asked to: moves, updates, comments, new clients."""

from __future__ import annotations

from typing import Any

from server.assistant.local import phrases
from server.assistant.local.finding import cleaned, find_client
from server.assistant.local.forms import minor_units, money_in
from server.assistant.local.one_client import field_name, field_value
from server.assistant.local.question import Analysis, Call, Found, Question, Stage
from server.assistant.local.values import NotUnderstood, field_called, value_of


def asks_for_a_change(question: Question) -> bool:
    return phrases.VERB.search(question.text) is not None


def change(question: Question) -> Analysis:
    """Which change is asked for, and the proposal of it."""
    text = question.text
    if found := phrases.COMMENT.search(text):
        return (yield from _comment(question, found["name"], found["body"]))
    if found := phrases.CREATE.search(text):
        return (yield from _create(question, found["name"]))
    if (found := phrases.MOVE.search(text)) and (stage := question.stage_called(found["stage"])):
        return (yield from _move(question, found["name"], stage))
    if (found := phrases.SET.search(text)) and (
        field := field_called(found["field"] or found["field_2"])
    ):
        return (yield from _set(question, found["name"] or found["owner"], field, found["value"]))
    if found := phrases.ASSIGN.search(text):
        return (yield from _set(question, found["name"], "owner_id", found["value"]))
    if found := phrases.TAG.search(text):
        return (yield from _tag(question, found["name"], found["value"]))
    if found := phrases.MOVE.search(text):
        stages = ", ".join(stage.name for stage in question.situation.stages)
        return question.say(
            f"There is no stage “{cleaned(found['stage'])}”; there are {stages}.",
            f"Não há etapa “{cleaned(found['stage'])}”; há {stages}.",
        )
    return question.say(
        "I can propose to move a client to a stage, to set its value, owner, email, phone, company, tags or next"
        " action, to add a comment, and to create a client. Say for example: move Acme to Won.",
        "Posso propor mover um cliente de etapa, definir valor, responsável, e-mail, telefone, empresa, etiquetas ou"
        " próxima ação, adicionar um comentário e criar um cliente. Diga por exemplo: mova Acme para Won.",
    )


def _move(question: Question, name: str, stage: Stage) -> Analysis:
    client = yield from find_client(question, name)
    if isinstance(client, str):
        return client
    return (yield from _propose(question, client, {"stage": stage.key}))


def _set(question: Question, name: str, field: str, wanted: str) -> Analysis:
    client = yield from find_client(question, name)
    if isinstance(client, str):
        return client
    (told,) = yield [Call("get_client", {"client_id": client["id"]})]
    client = told.get("client", client)
    value = yield from value_of(question, client, field, wanted.strip(" \"'“”").rstrip(".!"))
    if isinstance(value, NotUnderstood):
        return str(value)
    return (yield from _propose(question, client, {field: value}))


def _tag(question: Question, name: str, wanted: str) -> Analysis:
    client = yield from find_client(question, name)
    if isinstance(client, str):
        return client
    tags = [*client["tags"], cleaned(wanted)]
    return (yield from _propose(question, client, {"tags": list(dict.fromkeys(tags))}))


def _comment(question: Question, name: str, body: str) -> Analysis:
    client = yield from find_client(question, name)
    if isinstance(client, str):
        return client
    (proposed,) = yield [
        Call(
            "propose_change",
            {
                "op": "comment.create",
                "client_id": client["id"],
                "data": {"body": body.strip(' "“”')},
                "reason": _because(question),
            },
        )
    ]
    return _told(
        question,
        proposed,
        f"a comment on **{client['name']}**: “{body.strip()}”",
        f"um comentário em **{client['name']}**: “{body.strip()}”",
    )


def _create(question: Question, described: str) -> Analysis:
    data: Found = {}
    for _ in range(2):  # in either order
        if (staged := phrases.IN_STAGE.search(described)) and (
            stage := question.stage_called(staged["stage"])
        ):
            described, data["stage"] = described[: staged.start()], stage.key
        if worth := phrases.WORTH.search(described):
            amount = money_in(worth["money"])
            if amount is None or amount[1] is None:
                return question.say(
                    "In which currency? Say for example: worth 5000 EUR.",
                    "Em que moeda? Diga por exemplo: no valor de 5000 BRL.",
                )
            described = described[: worth.start()]
            data["value"] = {"amount": minor_units(amount[0], amount[1]), "currency": amount[1]}
    placed = phrases.AT_COMPANY.search(described)
    if placed:
        described, data["company"] = described[: placed.start()], cleaned(placed["company"])
    data["name"] = cleaned(described)
    if not data["name"]:
        return question.say("What is the client called?", "Como se chama o cliente?")
    (proposed,) = yield [
        Call(
            "propose_change",
            {"op": "client.create", "data": data, "reason": _because(question)},
        )
    ]
    return _told(
        question,
        proposed,
        f"a new client, **{data['name']}**",
        f"um novo cliente, **{data['name']}**",
    )


def _propose(question: Question, client: Found, data: dict[str, Any]) -> Analysis:
    if all(client.get(field) == value for field, value in data.items()):
        return question.say(
            f"**{client['name']}** is like that already.", f"**{client['name']}** já está assim."
        )
    (proposed,) = yield [
        Call(
            "propose_change",
            {
                "op": "client.update",
                "client_id": client["id"],
                "data": data,
                "reason": _because(question),
            },
        )
    ]
    told = [
        f"{field_name(question, field)} {field_value(question, field, client.get(field))} → "
        f"{field_value(question, field, value)}"
        if field != "owner_id"
        else field_name(question, field)
        for field, value in data.items()
    ]
    what = f"**{client['name']}**: {', '.join(told)}"
    return _told(question, proposed, what, what)


def _told(question: Question, proposed: Found, english: str, portuguese: str) -> str:
    if "error" in proposed:
        return question.say(
            f"I could not propose that: {proposed['error']}",
            f"Não pude propor isso: {proposed['error']}",
        )
    return question.say(
        f"I propose {english}.\n\nNothing has changed yet: an editor applies or dismisses it.",
        f"Proponho {portuguese}.\n\nNada mudou ainda: um editor aplica ou descarta.",
    )


def _because(question: Question) -> str:
    asked = question.text if len(question.text) <= 200 else question.text[:200] + "…"
    name = question.situation.asked_by.name
    return question.say(f"{name} asked: {asked}", f"{name} pediu: {asked}")
