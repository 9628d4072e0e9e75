"""Ids and secrets."""

from __future__ import annotations

import hashlib
import secrets
import time


def new_id() -> str:
    """A UUID version 7 (RFC 9562, section 5.7) as 32 hex digits: unique, and new ones sort last in an index."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


def new_id_after(earlier: str) -> str:
    """A new id that sorts behind `earlier`, which may be of the same millisecond (RFC 9562, section 6.2, method 2)."""
    return max(new_id(), f"{int(earlier, 16) + 1:032x}")


def new_secret(prefix: str = "") -> str:
    """256 random bits as URL-safe text."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret: SHA-256 is enough where there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
