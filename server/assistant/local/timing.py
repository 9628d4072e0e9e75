"""What is due, who has gone quiet, and what has changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from server.assistant.local.forms import day, days_in, money
from server.assistant.local.question import Analysis, Call, Found, Question
from server.assistant.local.totals import client_line

MAX_LINES = 25


def due(question: Question) -> Analysis:
    """Next actions that are overdue, or due within the time asked for."""
    only_overdue = question.has("overdue|late\\b|atrasad|vencid")
    within = 0 if only_overdue or question.has("today|hoje") else days_in(question.folded, 7)
    if question.has("tomorrow|amanha"):
        within = 1
    (found,) = yield [Call("due_clients", {"within_days": within + 1, "limit": 50})]
    now, language = datetime.fromisoformat(found["now"]), question.language
    overdue, coming = list[str](), list[str]()
    for client in found["clients"]:
        at = datetime.fromisoformat(client["next_action_at"])
        days = (at.date() - now.date()).days
        if days > within or (only_overdue and at > now):
            continue
        owner = f" ({client['owner_name']})" if client["owner_name"] else ""
        when = day(client["next_action_at"], language)
        line = client_line(question, client, when + owner)
        (overdue if at <= now else coming).append(line)
    if not overdue and not coming:
        return question.say("Nothing is due.", "Não há nada pendente.")
    parts = list[str]()
    if overdue:
        heading = question.say(f"Overdue ({len(overdue)}):", f"Atrasadas ({len(overdue)}):")
        parts.append(heading + "\n\n" + "\n".join(overdue[:MAX_LINES]))
    if coming:
        heading = question.say(
            f"Due by {_by(within, language)} ({len(coming)}):",
            f"Até {_by(within, language)} ({len(coming)}):",
        )
        parts.append(heading + "\n\n" + "\n".join(coming[:MAX_LINES]))
    return "\n\n".join(parts)


def _by(within: int, language: str) -> str:
    if within == 0:
        return "hoje" if language == "pt" else "today"
    if within == 1:
        return "amanhã" if language == "pt" else "tomorrow"
    return f"daqui a {within} dias" if language == "pt" else f"{within} days from now"


def quiet(question: Question) -> Analysis:
    days = days_in(question.folded, 14)
    (found,) = yield [Call("quiet_clients", {"days": days, "limit": MAX_LINES})]
    if not found["clients"]:
        return question.say(
            f"Nobody has gone quiet: every open client was touched within {days} days.",
            f"Ninguém está parado: todo cliente aberto teve movimento nos últimos {days} dias.",
        )
    lines = []
    for client in found["clients"]:
        quiet_days = client["days_quiet"]
        lines.append(
            client_line(
                question,
                client,
                question.say(f"quiet for {quiet_days} days", f"sem movimento há {quiet_days} dias"),
            )
        )
    if found["more"]:
        lines.append(question.say("- … and more", "- … e outros"))
    heading = question.say(
        f"Open clients that nobody has changed or commented on for {days} days:",
        f"Clientes abertos que ninguém mudou ou comentou há {days} dias:",
    )
    return heading + "\n\n" + "\n".join(lines)


def changes(question: Question) -> Analysis:
    """What the log tells of the last days."""
    days = min(days_in(question.folded, 7), 90)
    (found,) = yield [Call("recent_changes", {"days": days})]
    span = question.say(
        "in the last 24 hours" if days == 1 else f"in the last {days} days",
        "nas últimas 24 horas" if days == 1 else f"nos últimos {days} dias",
    )
    events = found["changes"]
    if not events:
        return question.say(f"Nothing has changed {span}.", f"Nada mudou {span}.")
    count = Counter((event["entity"], event["op"]) for event in events)
    moves = [line for event in events if (line := _move(question, event))]
    new = [
        f"- **{event['client_name']}**"
        + (f", {money(event['value'], question.language)}" if event.get("value") else "")
        + f" ({event['by']})"
        for event in events
        if (event["entity"], event["op"]) == ("client", "created")
    ]
    summary = [
        (count["client", "created"], "new", "novos"),
        (len(moves), "moved to another stage", "mudaram de etapa"),
        (count["client", "updated"], "changes of clients", "mudanças em clientes"),
        (count["comment", "created"], "comments", "comentários"),
        (count["client", "deleted"], "deleted", "excluídos"),
    ]
    told = ", ".join(
        f"{number} {question.say(english, portuguese)}"
        for number, english, portuguese in summary
        if number
    )
    parts = [question.say(f"Changes {span}: {told}.", f"Mudanças {span}: {told}.")]
    if moves:
        parts.append(_section(question.say("Moved:", "Mudaram de etapa:"), moves))
    if new:
        parts.append(_section(question.say("New:", "Novos:"), new))
    won = [event for event in events if _moved_to(event) == "won"]
    if won:
        parts.append(question.say(f"Won: {len(won)}.", f"Ganhos: {len(won)}."))
    if found["more"]:
        parts.append(
            question.say(
                "There were more changes than I can look through.",
                "Houve mais mudanças do que consigo olhar.",
            )
        )
    return "\n\n".join(parts)


def _section(heading: str, lines: list[str]) -> str:
    shown = lines[:MAX_LINES]
    if len(lines) > MAX_LINES:
        shown.append(f"- … +{len(lines) - MAX_LINES}")
    return heading + "\n\n" + "\n".join(shown)


def _moved_to(event: Found) -> str | None:
    for change in event.get("changes", ()):
        if change["field"] == "stage":
            to: str = change["to"]
            return to
    return None


def _move(question: Question, event: Found) -> str | None:
    for change in event.get("changes", ()):
        if change["field"] == "stage":
            was, now = question.stage_name(change["from"]), question.stage_name(change["to"])
            return f"- **{event['client_name']}**: {was} → {now} ({event['by']})"
    return None
