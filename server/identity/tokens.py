"""Access tokens: short-lived JWTs (RFC 7519) that every instance can check without asking the database."""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from server.errors import Unauthorized
from server.ids import new_id
from server.settings import Settings

ISSUER = "clientflow"
AUDIENCE = "clientflow"
_REQUIRED = ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "sid"]


@dataclass(frozen=True)
class AccessClaims:
    """`session_id` is the family of refresh tokens that the access token belongs to; times are Unix seconds."""

    user_id: str
    session_id: str
    expires_at: float


class AccessTokens:
    """Issues and verifies with one pinned algorithm."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.jwt_secret_key
        self._algorithm = settings.jwt_algorithm
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
        return jwt.encode(claims, self._key, algorithm=self._algorithm)

    def verify(self, token: str) -> AccessClaims:
        """Raises `Unauthorized` saying whether the token has run out or was never good."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=5,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The access token has run out: refresh it.") from None
        except (jwt.InvalidTokenError, ValueError):
            raise Unauthorized("The access token is not valid: sign in again.") from None
        return AccessClaims(str(claims["sub"]), str(claims["sid"]), float(claims["exp"]))
