"""Secrets that are shown once and not stored: made from an id, the sender's own key and a key of the server.

Only their hash is stored, and yet a repeated command can show the same one again. Who knows the server's key alone,
and who knows the Idempotency-Key alone, can make none of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from server.identity.keys import key_id_of
from server.settings import Settings


class DerivedSecrets:
    """Codes and tokens under the server's key; those made before a rotation, under the previous one.

    `key` is the Idempotency-Key or the command's id, `made_with` the `key_id` of when it was made.
    """

    def __init__(self, settings: Settings) -> None:
        secrets = [settings.jwt_secret_key, settings.jwt_previous_secret_key]
        self._keys = {key_id_of(secret): secret.encode() for secret in secrets if secret}
        self.key_id = key_id_of(settings.jwt_secret_key)

    def invite_code(self, invite_id: str, key: str, made_with: str | None = None) -> str:
        return self._of("invite", f"{invite_id}\0{key}", made_with)

    def personal_token(self, token_id: str, key: str, made_with: str | None = None) -> str:
        return self._of("personal-token", f"{token_id}\0{key}", made_with)

    def next_refresh_tokens(self, refresh_token: str, key: str) -> list[str]:
        """What `refresh_token` is exchanged for under this Idempotency-Key, and was before a rotation."""
        return [self._of("refresh-token", f"{refresh_token}\0{key}", id_) for id_ in self._keys]

    def _of(self, purpose: str, what: str, made_with: str | None) -> str:
        """240 bits as 40 URL-safe characters."""
        key = self._keys.get(made_with or "", self._keys[self.key_id])
        mac = hmac.digest(key, f"clientflow.{purpose}.v1\0{what}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac[:30]).decode()
