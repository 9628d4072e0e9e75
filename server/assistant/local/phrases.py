"""How people ask for changes, in both languages.

What stands between two words is bounded: two parts that may be of any length would take cubic time on a hostile prompt.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE
CREATE = re.compile(
    r"\b(?:create|add|new|crie|criar|cria|adicione|novo|nova|cadastre)\s+(?:(?:a|an|um|uma|o|novo|new)\s+)*"
    r"(?:client|customer|lead|cliente)\b\s*(?:called|named|chamad[oa]|de nome|:)?\s*(?P<name>.+)",
    _I,
)
COMMENT = re.compile(
    r"\b(?:(?:add|write|leave|put|adicione|escreva|deixe|coloque|registre)\s+(?:(?:a|an|um|uma)\s+)?"
    r"(?:note|comment|nota|coment[aá]rio|anota[cç][aã]o)|comment|note|anote|comente)\s+"
    r"(?:to|on|for|at|para|no|na|em|ao|[aà]|sobre|do|da)\s+(?P<name>[^:]{1,200}?)\s*"
    r"(?::|\b(?:that|saying|que|dizendo(?: que)?)\b)\s*(?P<body>.+)",
    _I,
)
MOVE = re.compile(
    r"\b(?:move|mark|put|mova|mover|marque|passe|coloque|mude|leve)\s+(?P<name>.{1,120}?)\s+"
    r"(?:to|as|into|in|para|como|em|pra)\s+(?:the\s+|a\s+|o\s+|etapa\s+|stage\s+)*(?P<stage>[^,;:]{1,60}?)"
    r"(?:\s+(?:stage|etapa))?[.!?]*$",
    _I,
)
ASSIGN = re.compile(
    r"\b(?:assign|give|atribua|passe|entregue)\s+(?P<name>.{1,200}?)\s+(?:to|para|ao|[aà])\s+(?P<value>.+)",
    _I,
)
TAG = re.compile(
    r"\b(?:tag|etiquete|marque)\s+(?P<name>.{1,200}?)\s+(?:with|as|com|como)\s+(?P<value>.+)", _I
)
SET = re.compile(
    r"\b(?:set|change|update|make|defina|mude|altere|atualize|coloque|agende|schedule)\s+(?:the\s+|o\s+|a\s+)?(?:"
    r"(?P<field>[\w\sçãáéíóúâê-]{1,60}?)\s+(?:of|for|on|with|d[eao]|para [oa]|com)\s+(?P<name>.{1,200}?)"
    r"|(?P<owner>.{1,200}?)['\u2019]s\s+(?P<field_2>[\w\s-]{1,60}?)"
    r")\s+(?:to|as|at|on|para|como|em)\s+(?P<value>.+)",
    _I,
)
VERB = re.compile(
    r"^(?:please\s+|por favor,?\s+|can you\s+|could you\s+|você pode\s+|pode\s+)*"
    r"(?:create|add|new|move|mark|put|assign|give|tag|set|change|update|make|schedule|comment|note|leave|"
    r"write a (?:note|comment)|crie|criar|cria|adicione|cadastre|nov[oa] cliente|mova|mover|marque|passe|"
    r"coloque|mude|leve|atribua|entregue|etiquete|defina|altere|atualize|agende|anote|comente|registre|deixe)\b",
    _I,
)
WORTH = re.compile(
    r",?\s+(?:worth|with (?:a )?value(?: of)?|(?:no|com) valor(?: de)?|valendo)\s+(?P<money>.+)$",
    _I,
)
IN_STAGE = re.compile(
    r",?\s+(?:in|into|na|no|em)\s+(?:the\s+|stage\s+|etapa\s+)*(?P<stage>[\w ]{1,60}?)(?:\s+stage)?[.!?]*$",
    _I,
)
AT_COMPANY = re.compile(r"\s+(?:at|from|da empresa)\s+(?P<company>.+)$", _I)
