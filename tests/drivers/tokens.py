"""Tokens as nobody is given them: run out, short-lived, forged."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt

from tests.services import ServerProcess

SECRET = ServerProcess.defaults["JWT_SECRET_KEY"]


def forged_token(
    user_id: str,
    *,
    expires_in_s: float = 900,
    key: str | None = SECRET,
    algorithm: str = "HS256",
    **claims: Any,
) -> str:
    """An access token with the claims the server gives, and `claims` in their stead (None: left out)."""
    now = int(time.time())
    given = {
        "sub": user_id,
        "sid": uuid.uuid4().hex,
        "iss": "clientflow",
        "aud": "clientflow",
        "iat": now - 3600,
        "nbf": now - 3600,
        "exp": now + expires_in_s,
        "jti": uuid.uuid4().hex,
    }
    merged = {name: value for name, value in (given | claims).items() if value is not None}
    return jwt.encode(merged, key or "", algorithm=algorithm)
