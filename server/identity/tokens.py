"""Access tokens: short-lived JWTs (RFC 7519) that every instance can check without asking the database."""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from server.errors import Unauthorized
from server.identity.keys import key_id_of
from server.ids import new_id
from server.settings import Settings

ISSUER = "clientflow"
AUDIENCE = "clientflow"
_REQUIRED = ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "sid"]
_LEEWAY_S = 5  # between the clocks of instances


@dataclass(frozen=True)
class AccessClaims:
    """`session_id` is the family of refresh tokens that the access token belongs to; times are Unix seconds."""

    user_id: str
    session_id: str
    expires_at: float


class AccessTokens:
    """Issues and verifies with one pinned algorithm (RFC 8725, section 3.1), and keys of one kind.

    A token names its key (`kid`). Two keys are good at once: the one that signs, and the one that did before a
    rotation. A token that names none is of the key that signs.
    """

    def __init__(self, settings: Settings) -> None:
        self._algorithm = settings.jwt_algorithm
        self._key_id = key_id_of(settings.jwt_secret_key)
        secrets = [settings.jwt_secret_key, settings.jwt_previous_secret_key]
        self._keys = {key_id_of(secret): secret for secret in secrets if secret}
        self.expires_in_s = settings.access_token_expire_minutes * 60

    def issue(self, user_id: str, session_id: str) -> str:
        now = int(time.time())
        claims = {
            "sub": user_id,
            "sid": session_id,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + self.expires_in_s,
            "jti": new_id(),
        }
        key = self._keys[self._key_id]
        return jwt.encode(claims, key, algorithm=self._algorithm, headers={"kid": self._key_id})

    def verify(self, token: str) -> AccessClaims:
        """Raises `Unauthorized` saying whether the token has run out or was never good."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(header.get("kid", self._key_id))
            if key is None or "crit" in header:  # RFC 7515, section 4.1.11: we know no extension
                raise jwt.InvalidTokenError("of a key or a kind that is not known")
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_S,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The access token has run out: refresh it.") from None
        except (jwt.InvalidTokenError, ValueError):
            raise Unauthorized("The access token is not valid: sign in again.") from None
        return AccessClaims(str(claims["sub"]), str(claims["sid"]), float(claims["exp"]))
