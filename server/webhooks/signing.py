"""Secrets and signatures as the Standard Webhooks specification has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins
SECRET_BYTES = 32


def new_key() -> bytes:
    """What signs: random bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_of(key: bytes) -> str:
    """The key as receivers are given it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of id, time and body, joined by dots, under version 1 of the scheme."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    mac = hmac.digest(key, signed, hashlib.sha256)
    return "v1," + base64.b64encode(mac).decode()


def signed_headers(
    keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers of the specification. `keys`: while a secret is being replaced, both sign.

    `timestamp`: seconds since 1970 at which this attempt is made.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
