"""Idempotency-Key of what is no command of a workspace: the answer is kept right after the effect.

Commands keep theirs in the transaction of the effect itself (server/answers.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import msgspec

from server.answers import Answer, Answers, fingerprint_of
from server.api.calls import SignedIn
from server.api.http import Reply
from storage.errors import Duplicate


async def once(
    call: SignedIn, name: str, status: int, act: Callable[[], Awaitable[Any]]
) -> Reply[Any]:
    """What `act` answers, or what it answered to the same call under this key. Raises `Invalid` for another call."""
    key, user_id, storage = call.key, call.principal.user_id, call.services.storage
    answers, fingerprint = Answers(storage), fingerprint_of(name, call.path)
    if (first := await answers.find(user_id, key, fingerprint)) is not None:
        return _reply(first)
    reply = await act()
    value = reply.value if isinstance(reply, Reply) else reply
    answer = Answer(HTTPStatus(status), 0, None, msgspec.json.encode(value))
    try:
        await answers.remember(user_id, key, fingerprint, answer, await storage.now(), None)
    except Duplicate as duplicate:
        return _reply(await answers.after_collision(user_id, key, fingerprint, duplicate))
    return _reply(answer)


def _reply(answer: Answer) -> Reply[Any]:
    return Reply(msgspec.Raw(answer.result), status=answer.status)
