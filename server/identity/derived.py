"""Secrets that are shown once and not stored: made from an id and the server's key.

Only their hash is stored, and yet a repeated command can show the same one again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from server.settings import Settings


class DerivedSecrets:
    """Codes and tokens which nobody without the server's key can guess."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.jwt_secret_key.encode()

    def invite_code(self, invite_id: str) -> str:
        return self._of("invite", invite_id)

    def personal_token(self, token_id: str) -> str:
        return self._of("personal-token", token_id)

    def next_refresh_token(self, refresh_token: str, key: str) -> str:
        """What `refresh_token` is exchanged for under this Idempotency-Key."""
        return self._of("refresh-token", f"{refresh_token}\0{key}")

    def _of(self, purpose: str, id_: str) -> str:
        """240 bits as 40 URL-safe characters."""
        mac = hmac.digest(self._key, f"clientflow.{purpose}.v1\0{id_}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac[:30]).decode()
