"""The thread over REST and the channel: asking, reading, stopping, and who may."""

import asyncio
from typing import Any

from tests.drivers import Desk, Instance
from tests.integration.assistant.asking import MESSAGES, answer, ask, ended, message
from tests.services.openai_server import Held, OpenAIServer

FIELDS = {
    "id",
    "workspace_id",
    "prompt",
    "text",
    "status",
    "asked_by",
    "created_at",
    "finished_at",
    "provider",
    "model",
    "problem",
    "usage",
    "proposals",
    "retry_of",
    "client_id",
}


async def test_a_question_over_rest_is_accepted_with_202_and_its_message(desk: Desk) -> None:
    response = await desk.post(MESSAGES, {"prompt": "How many clients do we have?"})

    assert response.status_code == 202
    asked = response.json()["message"]
    assert set(asked) == FIELDS
    assert (asked["status"], asked["text"], asked["finished_at"]) == ("streaming", "", None)
    assert asked["asked_by"] == {"id": desk.person.id, "name": "Ana"}
    assert response.headers["location"] == f"/api/v1{desk.path}{MESSAGES}/{asked['id']}"
    whole = await ended(desk, asked["id"])
    assert set(whole) == FIELDS
    assert (whole["status"], whole["problem"]) == ("done", None)
    assert whole["finished_at"] is not None


async def test_a_question_over_the_channel_is_acknowledged_with_its_message(desk: Desk) -> None:
    board = await desk.open_board()

    asked = await board.command("assistant.ask", data={"prompt": "hello"})

    reply = await board.reply(asked.result["id"])
    assert set(asked.result) == FIELDS
    assert reply.ended == "done"
    assert reply.text == (await message(desk, asked.result["id"]))["text"] != ""
    assert reply.message is not None
    assert set(reply.message) == FIELDS - {"text"}


async def test_a_question_repeated_with_its_key_is_answered_once(desk: Desk) -> None:
    board = await desk.open_board()
    first = await board.command("assistant.ask", data={"prompt": "hello"}, command_id="ask-1")

    again = await desk.post(MESSAGES, {"prompt": "hello"}, key="ask-1")

    assert again.json()["message"]["id"] == first.result["id"]
    assert len((await desk.get(MESSAGES)).json()["items"]) == 1


async def test_the_thread_is_listed_newest_first_in_pages(desk: Desk) -> None:
    asked = [(await answer(desk, f"hello {number}"))["id"] for number in range(3)]

    first = (await desk.get(f"{MESSAGES}?limit=2")).json()
    second = (await desk.get(f"{MESSAGES}?limit=2&cursor={first['next_cursor']}")).json()

    assert [one["id"] for one in [*first["items"], *second["items"]]] == asked[::-1]
    assert second["next_cursor"] is None


async def test_every_member_may_ask_and_read_and_nobody_else(desk: Desk, server: Instance) -> None:
    viewer = await desk.admit_new("viewer")
    asked = await answer(viewer, "hello")
    stranger = desk.of(await server.sign_up("Mallory"))

    assert (await message(desk, asked["id"]))["asked_by"]["name"] == "Ben"
    for response in (
        await stranger.get(MESSAGES),
        await stranger.get(f"{MESSAGES}/{asked['id']}"),
        await stranger.post(MESSAGES, {"prompt": "hello"}),
        await stranger.post(f"{MESSAGES}/{asked['id']}/cancel"),
    ):
        assert response.status_code == 404
    reader = desk.of(await desk.person.personal_token("read"))
    assert (await reader.get(MESSAGES)).status_code == 200
    assert (await reader.post(MESSAGES, {"prompt": "hello"})).status_code == 403


async def test_a_question_must_be_something(desk: Desk) -> None:
    bodies: list[tuple[dict[str, Any], int, str]] = [
        ({"prompt": ""}, 422, "prompt"),
        ({"prompt": "   "}, 422, "prompt"),
        ({"prompt": "x" * 4_001}, 422, "prompt"),
        ({}, 422, "prompt"),
        ({"prompt": "hello", "stream": True}, 422, "stream"),
    ]
    for body, status, field in bodies:
        response = await desk.post(MESSAGES, body)
        assert response.status_code == status
        assert response.json()["errors"][0]["field"] == field
    assert (await desk.post(MESSAGES, {"prompt": "x", "client_id": "gone"})).status_code == 404
    assert (await desk.post(MESSAGES, {"prompt": "x", "retry_of": "gone"})).status_code == 404
    assert (await desk.get(f"{MESSAGES}/gone")).status_code == 404
    assert (await desk.post(f"{MESSAGES}/gone/cancel")).status_code == 404


async def test_a_reply_that_has_ended_cannot_be_stopped_and_may_be_asked_for_again(
    desk: Desk,
) -> None:
    first = await answer(desk, "hello")

    stopped = await desk.post(f"{MESSAGES}/{first['id']}/cancel")
    again = await answer(desk, "hello", retry_of=first["id"])

    assert stopped.json()["message"]["status"] == "done"
    assert (again["retry_of"], again["status"]) == (first["id"], "done")


async def test_who_asked_may_stop_the_reply_and_an_editor_but_no_other_viewer(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    asker, other = [await modelled_desk.admit_new("viewer", name) for name in ("Vic", "Uma")]
    asked = await ask(asker, "Tell me a story")
    board = await other.open_board()

    refused = await board.command("assistant.cancel", data={"message_id": asked["id"]})
    assert refused.status == 403
    assert (await message(asker, asked["id"]))["status"] == "streaming"
    again = await asker.post(MESSAGES, {"prompt": "again", "retry_of": asked["id"]})
    assert again.status_code == 409
    allowed = await asker.post(f"{MESSAGES}/{asked['id']}/cancel")

    assert allowed.status_code == 200
    assert (await ended(asker, asked["id"]))["status"] == "cancelled"


async def test_only_so_many_replies_are_written_at_once_in_a_workspace(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    model.script = [Held().step for _ in range(8)]
    running = [await ask(modelled_desk, f"Story {number}") for number in range(8)]

    refused = await modelled_desk.post(MESSAGES, {"prompt": "One more"})

    assert refused.status_code == 429
    assert refused.json()["type"] == "/docs/errors#too-many"
    assert int(refused.headers["retry-after"]) > 0
    for one in running:
        await modelled_desk.post(f"{MESSAGES}/{one['id']}/cancel")
    await asyncio.gather(*(ended(modelled_desk, one["id"]) for one in running))
    assert (await answer(modelled_desk, "One more"))["text"] == "Hello."


async def test_a_workspace_that_is_deleted_ends_its_replies(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    await ask(modelled_desk, "Tell me a story")
    answering = await model.asked()

    assert (await modelled_desk.delete()).status_code == 204

    await asyncio.wait_for(answering.abandoned.wait(), 10)
