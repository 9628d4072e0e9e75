"""Which analysis answers a question."""

from __future__ import annotations

import re
from collections.abc import Callable

from server.assistant.local import one_client, proposals, timing, totals
from server.assistant.local.finding import find_client
from server.assistant.local.question import Analysis, Question

_DRAFT = (
    "draft|(write|compose|prepare|redija|escreva|prepare|faca|sugira)( me)?( a| an| um| uma| o)?"
    "( short| follow-up| follow up| rascunho de| rascunho| friendly)*"
    " ?(message|email|e-mail|mail|reply|follow-up|mensagem|resposta|acompanhamento|texto)"
)
_DELETE = "delete|remove|erase|exclua|excluir|apague|apagar|remova"
_DUE = (
    "due\\b|overdue|next actions?|next steps?|follow up|follow-ups?|deadline|late\\b|atrasad|vencid|vence|pendente|"
    "proximas? acoes|proximas? acao|proximos? passos?|prazo|what should (i|we) do"
)
_QUIET = (
    "quiet|silent|stale|inactive|dormant|untouched|neglected|no activity|not heard|haven't heard|forgotten|"
    "parad[oa]s?\\b|sem (contato|atividade|movimento|resposta)|inativ|silencio|esquecid|sumi"
)
_CHANGES = (
    "chang(e|ed|es)\\b|happened|what's new|whats new|what is new|news\\b|moved|progress|this week|activity|mudou|"
    "mudaram|"
    "mudancas?|aconteceu|novidades|movimentou|movimentacoes|esta semana|progresso"
)
_LISTING = (
    "(list|show|which|who are|quais|liste|mostre|que)\\b.*(client|customer|deal|lead|negocio|oportunidad)|"
    "(biggest|largest|top|maior|principais)|(my|meus) (client|customer|deal|lead|negocio)"
)
_TOTALS = (
    "how many|how much|total|value|worth|pipeline|sum\\b|count|by stage|by owner|by tag|overview|numbers|board|"
    "forecast|"
    "quant[oa]s?|valor|funil|por etapa|por responsavel|por etiqueta|resumo do quadro|visao geral|numeros|quadro"
)
_ABOUT = (
    "summari|about|tell me|who is|status of|history of|look up|find|resum|sobre|quem e|historico|situacao|encontre|"
    "procure"
)
_HELP = "hello|hi\\b|hey|help|what can you|who are you|oi\\b|ola|ajuda|o que voce|quem e voce|bom dia|boa tarde"


_OF_THE_BOARD: tuple[tuple[str, Callable[[Question], Analysis]], ...] = (
    (_QUIET, timing.quiet),
    (_DUE, timing.due),
    (_CHANGES, timing.changes),
    (_TOTALS, totals.totals),
)
_BETWEEN_PARTS = re.compile(r"[?;.]\s+|,\s+(?:and |e )?|\s+(?:and|e)\s+", re.IGNORECASE)


def analysis_of(question: Question) -> Analysis:
    if question.has(_DRAFT) or proposals.asks_for_a_change(question) or question.has(_DELETE):
        return _analysis(question)
    parts = _parts(question)
    return _one_after_another(parts) if len(parts) > 1 else _analysis(question)


def _parts(question: Question) -> list[Analysis]:
    """The analyses of a question such as "how much by stage, and who is quiet?"; none where a part is no question."""
    asked: dict[Callable[[Question], Analysis], Question] = {}
    for text in filter(None, _BETWEEN_PARTS.split(question.text)):
        part = question.part(text)
        analyse = next((analyse for words, analyse in _OF_THE_BOARD if part.has(words)), None)
        if analyse is None:
            return []
        asked.setdefault(analyse, part)
    return [analyse(part) for analyse, part in asked.items()]


def _one_after_another(analyses: list[Analysis]) -> Analysis:
    texts = []
    for analysis in analyses:
        text = yield from analysis
        texts.append(text)
    return "\n\n".join(texts)


def _analysis(question: Question) -> Analysis:
    if question.has(_DRAFT):
        return one_client.draft(question)
    if proposals.asks_for_a_change(question):
        return proposals.change(question)
    if question.has(_DELETE):
        return _says(
            question.say(
                "I cannot delete anything, nor propose to. An editor deletes a client on its card.",
                "Não posso excluir nada, nem propor isso. Um editor exclui um cliente no cartão dele.",
            )
        )
    if question.has(_QUIET):
        return timing.quiet(question)
    if question.has(_DUE):
        return timing.due(question)
    if question.has(_LISTING) and not question.has("how (many|much)|quant"):
        return totals.listing(question)
    if question.has(_ABOUT) and (question.has("sobre|about|summari|resum") or _name(question)):
        return one_client.summary(question)
    if question.has(_CHANGES):
        return timing.changes(question)
    if question.has(_TOTALS):
        return totals.totals(question)
    if question.has(_HELP):
        return _says(_can_do(question))
    return _perhaps_a_client(question)


def _name(question: Question) -> str:
    return one_client.name_in(question)


def _perhaps_a_client(question: Question) -> Analysis:
    """A name alone, or a question about the client in question; else what the analyst can do."""
    name = _name(question) or (question.text if len(question.text.split()) <= 4 else "")
    if name or question.situation.client_in_question is not None:
        client = yield from find_client(question, name)
        if not isinstance(client, str):
            return (yield from one_client.summary_of(question, client["name"]))
    return (
        question.say(
            "I cannot answer that from the board.", "Não consigo responder isso a partir do quadro."
        )
        + " "
        + _can_do(question)
    )


def _can_do(question: Question) -> str:
    return question.say(
        "I look things up on this board. Ask me for\n\n"
        "- totals and value by stage, owner or tag\n"
        "- what is due or overdue\n"
        "- who has gone quiet\n"
        "- what has changed this week\n"
        "- a client: its record, comments and history\n"
        "- a draft of a message to a client\n"
        "- a change, such as “move Acme to Won”: I propose it, an editor applies it",
        "Eu consulto este quadro. Pergunte-me sobre\n\n"
        "- totais e valor por etapa, responsável ou etiqueta\n"
        "- o que está pendente ou atrasado\n"
        "- quem está parado\n"
        "- o que mudou esta semana\n"
        "- um cliente: ficha, comentários e histórico\n"
        "- um rascunho de mensagem para um cliente\n"
        "- uma mudança, como “mova Acme para Won”: eu proponho, um editor aplica",
    )


def _says(text: str) -> Analysis:
    """An answer that needs no look at the board."""
    yield from ()
    return text
