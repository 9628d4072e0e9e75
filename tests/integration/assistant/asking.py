"""Asking the assistant, for tests."""

from __future__ import annotations

from typing import Any

from tests.drivers import Desk
from tests.services import eventually

Json = dict[str, Any]
MESSAGES = "/assistant/messages"


async def ask(desk: Desk, prompt: str, **fields: Any) -> Json:
    """The message as it stands at the start."""
    response = await desk.post(MESSAGES, {"prompt": prompt, **fields})
    assert response.status_code == 202, response.text
    message: Json = response.json()["message"]
    return message


async def message(desk: Desk, message_id: str) -> Json:
    response = await desk.get(f"{MESSAGES}/{message_id}")
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


async def ended(desk: Desk, message_id: str, timeout: float = 10.0) -> Json:
    """The message once its reply has ended, as it is stored."""

    async def over() -> Json | None:
        found = await message(desk, message_id)
        return found if found["status"] != "streaming" else None

    found: Json = await eventually(over, timeout=timeout, message="the reply did not end")
    return found


async def answer(desk: Desk, prompt: str, **fields: Any) -> Json:
    """The message with its whole reply."""
    return await ended(desk, (await ask(desk, prompt, **fields))["id"])


async def decide(desk: Desk, proposal: Json, what: str) -> Any:
    """`apply` or `dismiss`: the response."""
    path = f"{MESSAGES}/{proposal['message_id']}/proposals/{proposal['id']}/{what}"
    return await desk.post(path)
