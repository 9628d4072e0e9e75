"""Signing keys as they are stored: under the server's key, which the database does not hold.

A key is random and as long as one SHA-256, so one block of a stream cipher hides it: HMAC-SHA256 of a nonce that is
used once (a pseudo-random function in counter mode). A second HMAC over both tells whether it was this server's key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from server.webhooks.signing import SECRET_BYTES

_NONCE_BYTES = 16
_TAG_BYTES = 16


class CannotOpen(Exception):
    """None of the server's keys has sealed it."""


class Sealing:
    """Seals under the server's key; opens what that before a rotation has sealed as well."""

    def __init__(self, server_key: str, previous_key: str | None = None) -> None:
        keys = [key.encode() for key in (server_key, previous_key) if key]
        self._pairs = [(_derived(key, b"hide"), _derived(key, b"vouch")) for key in keys]

    def seal(self, key: bytes) -> str:
        assert len(key) == SECRET_BYTES
        hide, vouch = self._pairs[0]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = _xor(key, _mac(hide, nonce))
        return base64.b64encode(nonce + hidden + _mac(vouch, nonce + hidden)[:_TAG_BYTES]).decode()

    def open(self, sealed: str) -> bytes:
        """Raises `CannotOpen`."""
        return self._opened(sealed)[0]

    def sealed_anew(self, sealed: str) -> str | None:
        """The same under the first key; None where it is already. Raises `CannotOpen`."""
        key, which = self._opened(sealed)
        return self.seal(key) if which else None

    def _opened(self, sealed: str) -> tuple[bytes, int]:
        raw = base64.b64decode(sealed)
        nonce, hidden, tag = (
            raw[:_NONCE_BYTES],
            raw[_NONCE_BYTES:-_TAG_BYTES],
            raw[-_TAG_BYTES:],
        )
        for which, (hide, vouch) in enumerate(self._pairs):
            if hmac.compare_digest(tag, _mac(vouch, nonce + hidden)[:_TAG_BYTES]):
                return _xor(hidden, _mac(hide, nonce)), which
        raise CannotOpen("sealed under a key that this server does not have")


def _derived(server_key: bytes, purpose: bytes) -> bytes:
    return _mac(server_key, b"clientflow.webhook-secret.v1\0" + purpose)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
