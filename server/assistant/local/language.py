"""English or Portuguese, by the words of the question."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from storage.folding import folded

Language: TypeAlias = Literal["en", "pt"]

_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Folded words that tell one language from the other; those of both stand in neither.
_PORTUGUESE = _words(
    """
    adicione ao aos atrasado atrasados ate atualize cliente clientes com como crie criar da das de dele do dos e em essa
    esse esta estao este etapa etapas faca funil ha hoje mais marque mova mover mude mudou mudancas na nao nas negocio
    negocios no nos nota onde os para parado parados pela pelo por porque proxima proximas proximo proximos qual quais
    quando quanto quantos que quem resuma resumo resumir se sem semana sobre tem tenho todos um uma valor vencida
    vencidas vencido vencidos voce dias redija escreva rascunho mensagem acompanhamento anote registre
    """
)
_ENGLISH = _words(
    """
    about add all an and any are board by can changed changes client clients comment create deals does draft due for
    from gone has have hello help how in is it last list many me message move much my next note of on overdue owner
    owners quiet set stage stages summarise summarize tags tell the this to today update value was we week what when
    where which who why with worth write you your
    """
)


def language_of(text: str) -> Language:
    words = _WORD.findall(folded(text))
    portuguese = sum(word in _PORTUGUESE for word in words)
    portuguese += sum(sign in "ãõçáéíóúâêôà" for sign in text.casefold())
    english = sum(word in _ENGLISH for word in words)
    return "pt" if portuguese > english else "en"
