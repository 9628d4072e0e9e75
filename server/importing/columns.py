"""Which column is which field: by the names that people give them, in English and Portuguese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.errors import Invalid
from storage.folding import folded

CUSTOM = "custom."  # in front of the name of a custom field

_NAMES: dict[str, str] = {
    "name": "name|client|client name|customer|full name|contact|nome|cliente|nome do cliente|contato|nome completo",
    "company": "company|organization|organisation|account|empresa|companhia|organizacao|razao social",
    "email": "email|e-mail|mail|email address|e-mail address|endereco de e-mail|endereco de email",
    "phone": "phone|phone number|telephone|mobile|cell|whatsapp|telefone|celular|fone",
    "stage": "stage|status|pipeline stage|etapa|fase|estagio|situacao",
    "value": "value|amount|deal value|price|valor|valor do negocio|preco",
    "currency": "currency|moeda",
    "owner": "owner|assignee|salesperson|responsavel|dono|vendedor",
    "tags": "tags|tag|labels|label|etiquetas|etiqueta|marcadores",
    "notes": "notes|note|comments|description|notas|observacoes|anotacoes|descricao|obs",
    "next_action_at": "next action at|next action|due|due date|follow up|proxima acao|vencimento|data da proxima acao",
    "external_id": "external id|external_id|reference|id externo|codigo|codigo externo|referencia",
    "custom": "custom|custom fields|campos personalizados",
}
FIELDS = tuple(_NAMES)
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split("|")}


def field_of(header: str) -> str | None:
    """The field that a column of this header holds; None when its name tells nothing."""
    if header.startswith(CUSTOM) and len(header) > len(CUSTOM):
        return header
    plain = " ".join(folded(header).replace("_", " ").split())
    return _FIELD_OF.get(plain) or _FIELD_OF.get(plain.replace(" ", "_"))


def mapped(columns: Sequence[str], wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    """Every column with its field, or None for one that is left out.

    `wanted` comes before the names. Raises `Invalid` where it names a column or field that there is not, or a field
    twice; of two columns that go by the same name the first is taken.
    """
    _check(columns, wanted)
    taken = {field for field in wanted.values() if field is not None}
    mapping: dict[str, str | None] = {}
    for column in columns:
        if column in mapping:
            continue
        field = wanted[column] if column in wanted else field_of(column)
        if column not in wanted and field in taken:
            field = None
        if field is not None:
            taken.add(field)
        mapping[column] = field
    return mapping


def _check(columns: Sequence[str], wanted: Mapping[str, str | None]) -> None:
    fields = [field for field in wanted.values() if field is not None]
    for column, field in wanted.items():
        if column not in columns:
            raise Invalid.field(f"mapping.{column}", "There is no such column")
        if field is None or field.startswith(CUSTOM):
            continue
        if field not in FIELDS:
            raise Invalid.field(
                f"mapping.{column}", f"Must be one of {', '.join(FIELDS)} or {CUSTOM}NAME"
            )
        if fields.count(field) > 1:
            raise Invalid.field(f"mapping.{column}", f"Two columns are mapped to {field}")
