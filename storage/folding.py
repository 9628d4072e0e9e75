"""Text as search and sorting compare it: without regard to case and accents."""

from __future__ import annotations

import unicodedata

LIKE_ESCAPE = "!"
_ESCAPES = str.maketrans({sign: LIKE_ESCAPE + sign for sign in f"%_{LIKE_ESCAPE}"})


def folded(text: str) -> str:
    """Casefolded, with its accents and other combining marks taken off."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare.casefold())


def tag_key(tag: str) -> str:
    """A tag as tags are compared: without regard to case and to the width of spaces."""
    return unicodedata.normalize("NFC", " ".join(tag.split()).casefold())


def containing(part: str) -> str:
    """The LIKE pattern, with LIKE_ESCAPE, of texts that contain `part`."""
    return f"%{part.translate(_ESCAPES)}%"
