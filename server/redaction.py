"""What no log line may hold: tokens, passwords and keys, by their value, the name of the field or their form."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

GONE = "[redacted]"
# Nothing from outside is in them, and a password that is a word of theirs (`clientflow`) must not hide it.
_SET_BY_US = frozenset({"level", "logger", "method", "route", "timestamp"})
_MIN_KNOWN_CHARS = 6  # a shorter password would take innocent words along

_SECRET_NAMES = re.compile(
    r"password|passwd|secret|token$|^token|api_?key|authorization|cookie|^code$|credential",
    re.IGNORECASE,
)
# `keep_…` is what stands before the secret. A value in quotes ends at the quote that it began with, which in a JSON
# text within another has backslashes in front.
_SECRET_FORMS = re.compile(
    r"(?P<keep_scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|\b(?:cfp|cfr)_[\w-]{16,}"
    r"|\bsk-[\w-]{16,}"
    r"|(?P<keep_invite>/invites?/)[\w-]{20,}"
    r"|(?P<keep_user>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)"
    r"|(?P<keep_name>\b\w*?(?:token|password|secret|secret_key|api_key|\bcode)(?:\\*[\"'])?\s*[=:]\s*)"
    r"(?:(?P<quote>\\*[\"'])(?:(?!(?P=quote)).)+(?P=quote)|[^\s&,\"'}\\]{6,})",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """`text` with every secret in it that can be told by its form replaced."""
    return _SECRET_FORMS.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    kept = (value for name, value in found.groupdict().items() if name.startswith("keep") and value)
    return next(kept, "") + GONE


class Redaction:
    """A structlog processor: the last but the renderer, so that tracebacks are gone through as well.

    `known` are secrets that this process has been given: they are found whatever form they have.
    """

    def __init__(self, known: Iterable[str | None]) -> None:
        sure = {value for value in known if value and len(value) >= _MIN_KNOWN_CHARS}
        by_length = sorted(map(re.escape, sure), key=len, reverse=True)
        self._known = re.compile("|".join(by_length)) if by_length else None

    def __call__(
        self, logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if name not in _SET_BY_US:
                event[name] = self._shown(name, value)
        return event

    def _shown(self, name: object, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(name, str) and _SECRET_NAMES.search(name):
            return GONE
        if isinstance(value, dict):
            return {inner: self._shown(inner, part) for inner, part in value.items()}
        if isinstance(value, list | tuple | set):
            return [self._shown(None, part) for part in value]
        text = str(value)
        return without_secrets(self._known.sub(GONE, text) if self._known else text)
