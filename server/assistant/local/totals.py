"""How many, and how much: by stage, owner and tag."""

from __future__ import annotations

from server.assistant.local.forms import amounts, day
from server.assistant.local.question import Analysis, Call, Found, Question
from storage.folding import folded


def totals(question: Question) -> Analysis:
    (board,) = yield [Call("board_summary")]
    if not board["total"]["count"]:
        return question.say(
            "The board is empty: there is no client yet.",
            "O quadro está vazio: ainda não há clientes.",
        )
    if question.has("by owner|per owner|owner|por responsavel|responsave|vendedor"):
        return _by_owner(question, board)
    if question.has("by tag|per tag|tags?\\b|etiqueta|marcador"):
        return _by_tag(question, board)
    if (owner := _owner_mentioned(question, board)) is not None:
        return _one(question, owner["name"], owner)
    if (stage := question.stage_mentioned()) is not None:
        line = next(line for line in board["stages"] if line["key"] == stage.key)
        return _one(question, stage.name, line)
    if (tag := _tag_mentioned(question, board)) is not None:
        return _one(question, tag["tag"], tag)
    return _by_stage(question, board)


def listing(question: Question) -> Analysis:
    """The clients of a stage, an owner or a tag."""
    (board,) = yield [Call("board_summary")]
    wanted: Found = {"limit": 30}
    stage = question.stage_mentioned()
    owner, tag = _owner_mentioned(question, board), _tag_mentioned(question, board)
    if stage is not None:
        wanted["stage"] = stage.key
    if owner is not None:
        wanted["owner_id"] = owner["id"]
    elif question.has("without (an )?owner|no owner|unassigned|sem responsavel"):
        wanted["owner_id"] = "none"
    if tag is not None:
        wanted["tag"] = tag["tag"]
    if question.has("biggest|largest|top|highest|maior|principais"):
        wanted |= {"sort": "-value", "limit": 10}
    (found,) = yield [Call("list_clients", wanted)]
    clients = found["clients"]
    if not clients:
        return question.say("No client is like that.", "Nenhum cliente é assim.")
    lines = [client_line(question, client) for client in clients]
    if found["more"]:
        lines.append(question.say("- … and more", "- … e outros"))
    heading = question.say(
        f"{_count(question, len(clients))}:" if not found["more"] else "The first of them:",
        f"{_count(question, len(clients))}:" if not found["more"] else "Os primeiros:",
    )
    return heading + "\n\n" + "\n".join(lines)


def client_line(question: Question, client: Found, more: str = "") -> str:
    """One client of a list."""
    parts = [question.stage_name(client["stage"])]
    if client["value"]:
        parts.append(amounts([client["value"]], question.language))
    if client["next_action_at"] and not more:
        due = day(client["next_action_at"], question.language)
        parts.append(question.say(f"next action {due}", f"próxima ação {due}"))
    if more:
        parts.append(more)
    return f"- **{client['name']}**: {', '.join(parts)}"


def _by_stage(question: Question, board: Found) -> str:
    lines = [_line(question, stage["name"], stage) for stage in board["stages"]]
    return _headed(question, board, lines)


def _by_owner(question: Question, board: Found) -> str:
    owners = [owner for owner in board["owners"] if owner["count"]]
    owners.sort(key=lambda owner: -owner["count"])
    lines = [_line(question, owner["name"], owner) for owner in owners]
    if board["without_owner"]["count"]:
        nobody = question.say("Nobody", "Ninguém")
        lines.append(_line(question, nobody, board["without_owner"]))
    return _headed(question, board, lines)


def _by_tag(question: Question, board: Found) -> str:
    if not board["tags"]:
        return question.say("No client has a tag.", "Nenhum cliente tem etiqueta.")
    lines = [_line(question, tag["tag"], tag) for tag in board["tags"]]
    note = question.say(
        "A client with several tags is counted under each of them.",
        "Um cliente com várias etiquetas conta em cada uma delas.",
    )
    return _headed(question, board, lines) + "\n\n" + note


def _headed(question: Question, board: Found, lines: list[str]) -> str:
    total = board["total"]
    worth = amounts(total["values"], question.language)
    heading = question.say(
        f"{_count(question, total['count'])} on the board"
        + (f", worth {worth}:" if worth else ":"),
        f"{_count(question, total['count'])} no quadro"
        + (f", no valor de {worth}:" if worth else ":"),
    )
    text = heading + "\n\n" + "\n".join(lines)
    if len(total["values"]) > 1:
        text += "\n\n" + question.say(
            "Different currencies are not added up.", "Moedas diferentes não são somadas."
        )
    return text


def _one(question: Question, name: str, line: Found) -> str:
    worth = amounts(line["values"], question.language)
    return (
        f"**{name}**: {_count(question, line['count'])}"
        + (question.say(f", worth {worth}", f", no valor de {worth}") if worth else "")
        + "."
    )


def _line(question: Question, name: str, line: Found) -> str:
    worth = amounts(line["values"], question.language)
    return f"- **{name}**: {_count(question, line['count'])}" + (f", {worth}" if worth else "")


def _count(question: Question, count: int) -> str:
    if question.language == "pt":
        return f"{count} cliente" + ("" if count == 1 else "s")
    return f"{count} client" + ("" if count == 1 else "s")


def _owner_mentioned(question: Question, board: Found) -> Found | None:
    words = set(question.folded.replace("'s", "").strip("?.!").split())
    if words & {"my", "mine", "meu", "meus", "minha", "minhas"}:
        me = question.situation.asked_by.id
        return next((owner for owner in board["owners"] if owner["id"] == me), None)
    for owner in board["owners"]:
        name = folded(owner["name"])
        if name in question.folded or (set(name.split()[:1]) & words):
            found: Found = owner
            return found
    return None


def _tag_mentioned(question: Question, board: Found) -> Found | None:
    padded = f" {question.folded.strip('?.!')} "
    for tag in board["tags"]:
        if f" {folded(tag['tag'])} " in padded.replace('"', " ").replace("#", " "):
            found: Found = tag
            return found
    return None
