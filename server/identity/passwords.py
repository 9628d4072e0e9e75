"""Password hashing with bcrypt, on threads of its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from server.errors import TooMany
from server.limits import Limits

T = TypeVar("T")


class Passwords:
    """Makes and checks password hashes without blocking the event loop.

    bcrypt reads 72 bytes and stops at a NUL, so what it gets is the base64 of a SHA-256 of the whole password, keyed
    so that the inner digest is useless for leaked-hash look-ups ("password shucking").
    """

    def __init__(self, rounds: int, limits: Limits) -> None:
        self._rounds = rounds
        self._threads = ThreadPoolExecutor(limits.password_threads, "bcrypt")
        self._places = asyncio.Semaphore(limits.max_password_checks_waiting)
        self._nobody = bcrypt.hashpw(_inner("nobody"), bcrypt.gensalt(rounds)).decode()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Raises `TooMany` when too many wait already."""
        return await self._run(_hash, password, self._rounds)

    async def check(self, password: str, password_hash: str | None) -> bool:
        """Whether `password` has this hash; takes as long when there is no account (None)."""
        matched = await self._run(_check, password, password_hash or self._nobody)
        return matched and password_hash is not None

    async def _run(self, function: Callable[..., T], *args: str | int) -> T:
        if self._places.locked():
            raise TooMany("Too many sign-ins at once, try again in a moment.", retry_after_s=2)
        async with self._places:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)


def _inner(password: str) -> bytes:
    return base64.b64encode(
        hmac.digest(b"clientflow.password.v1", password.encode(), hashlib.sha256)
    )


def _hash(password: str, rounds: int) -> str:
    return bcrypt.hashpw(_inner(password), bcrypt.gensalt(rounds)).decode()


def _check(password: str, password_hash: str) -> bool:
    return bcrypt.checkpw(_inner(password), password_hash.encode())
