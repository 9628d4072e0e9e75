"""Email addresses."""

from __future__ import annotations

import unicodedata


def normalised_email(email: str) -> str:
    """One account an address, however it is capitalised or composed."""
    return unicodedata.normalize("NFC", email).casefold()
