"""Text as search and sorting compare it: without regard to case and accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

LIKE_ESCAPE = "!"
MAX_EXTERNAL_ID_CHARS = 255  # an index of Postgres holds no more than 2,704 bytes
_ESCAPES = str.maketrans({sign: LIKE_ESCAPE + sign for sign in f"%_{LIKE_ESCAPE}"})


def folded(text: str) -> str:
    """Casefolded, with its accents and other combining marks taken off."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare.casefold())


def tag_key(tag: str) -> str:
    """A tag as tags are compared: without regard to case and to the width of spaces."""
    return unicodedata.normalize("NFC", " ".join(tag.split()).casefold())


def email_key(email: str) -> str:
    """An address as addresses are compared: without regard to case."""
    return email.lower()


def external_id(custom: Mapping[str, Any]) -> str | None:
    """What other systems call the client: the field `external_id`, if it is a text or a number to look up."""
    value = custom.get("external_id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if 0 < len(text) <= MAX_EXTERNAL_ID_CHARS else None


def containing(part: str) -> str:
    """The LIKE pattern, with LIKE_ESCAPE, of texts that contain `part`."""
    return f"%{part.translate(_ESCAPES)}%"
