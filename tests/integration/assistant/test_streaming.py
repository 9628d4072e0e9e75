"""A reply appears to everyone as it is written, on every instance, with the same text."""

import json

from tests.drivers import Desk, Instance
from tests.integration.assistant.asking import MESSAGES, ask, ended, message
from tests.services import eventually
from tests.services.openai_server import Held, OpenAIServer, calls, says

Pair = tuple[Instance, Instance]
STORY = "Era uma vez um quadro: 3 clientes, 2 etapas, 1 café ☕ — and no more. 🎉 " * 5


async def test_what_is_asked_on_one_instance_is_seen_by_everyone_on_both(
    modelled_desk: Desk, pair: Pair, model: OpenAIServer
) -> None:
    ben = await modelled_desk.admit_new("viewer", "Ben")
    boards = [
        await modelled_desk.open_board(),
        await ben.open_board(),
        await ben.at(pair[1]).open_board(),
    ]
    model.script = [says(STORY)]

    asked = await ask(modelled_desk, "Tell me a story")

    for board in boards:
        reply = await board.reply(asked["id"])
        assert (reply.ended, reply.text) == ("done", STORY)
        assert reply.events[0] == "started"
        assert reply.events[-1] == "done"
    stored = await message(modelled_desk, asked["id"])
    assert (stored["status"], stored["text"]) == ("done", STORY)
    assert stored["usage"] == {"prompt_tokens": 100, "completion_tokens": 20}
    assert stored["provider"] == "openai"
    assert stored["model"] == "a-model"


async def test_who_joins_in_the_middle_on_any_instance_gets_the_text_so_far_at_once(
    modelled_desk: Desk, pair: Pair, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    early = await modelled_desk.open_board()
    asked = await ask(modelled_desk, "Tell me a story")
    held.say("Once upon ", "a time")
    await early.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")

    here = await modelled_desk.open_board()
    there = await modelled_desk.at(pair[1]).open_board()

    for late in (here, there):
        reply = await late.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")
        assert reply.events[0] == "started"
        assert reply.ended is None
    held.say(" there was", " a board.")
    held.end()
    for board in (early, here, there):
        reply = await board.reply(asked["id"])
        assert reply.text == "Once upon a time there was a board."


async def test_a_reply_of_many_chunks_comes_in_few_frames(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    board = await modelled_desk.open_board()
    text = "word " * 600
    model.script = [says(text, pause_s=0.002)]

    asked = await ask(modelled_desk, "Tell me much")

    reply = await board.reply(asked["id"])
    assert reply.text == text
    begun, over = reply.message["created_at"], reply.message["finished_at"]  # type: ignore[index]
    assert begun < over
    assert reply.events.count("delta") < len(text) / 6 / 2


async def test_the_model_is_told_the_thread_and_reads_the_board_with_its_tools(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    client = await modelled_desk.create_client(
        "Nordlys Cycles", value={"amount": 1250000, "currency": "EUR"}, notes="Likes bells"
    )
    model.script = [
        says("Good day."),
        calls(("search_clients", {"query": "nordlys"}), ("board_summary", {})),
        calls(("get_client", {"client_id": client["id"]})),
        says("Nordlys likes bells."),
    ]
    first = await ask(modelled_desk, "Hello")
    await ended(modelled_desk, first["id"])

    asked = await ask(modelled_desk, "What does Nordlys like?", client_id=client["id"])

    reply = await ended(modelled_desk, asked["id"])
    assert (reply["text"], reply["client_id"]) == ("Nordlys likes bells.", client["id"])
    assert reply["usage"] == {"prompt_tokens": 200, "completion_tokens": 40}
    _, second, third, last = model.requests
    told = [(turn["role"], turn["content"]) for turn in second["messages"][1:]]
    assert told == [
        ("user", "Hello"),
        ("assistant", "Good day."),
        ("user", "What does Nordlys like?"),
    ]
    assert "Nordlys Cycles" in second["messages"][0]["content"]
    assert "get_client" in [tool["function"]["name"] for tool in second["tools"]]
    found, summary = (json.loads(turn["content"]) for turn in third["messages"][-2:])
    assert [one["name"] for one in found["clients"]] == ["Nordlys Cycles"]
    assert summary["total"] == {
        "count": 1,
        "values": [{"currency": "EUR", "amount": 1250000}],
    }
    record = json.loads(last["messages"][-1]["content"])
    assert record["client"]["notes"] == "Likes bells"


async def test_stopping_from_another_instance_closes_the_request_to_the_model(
    modelled_desk: Desk, pair: Pair, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    board = await modelled_desk.open_board()
    editor = (await modelled_desk.admit_new("editor", "Eva")).at(pair[1])
    asked = await ask(modelled_desk, "Tell me a story")
    held.say("Once upon")
    await board.reply_when(asked["id"], lambda reply: reply.text == "Once upon")

    response = await editor.post(f"{MESSAGES}/{asked['id']}/cancel")

    assert response.status_code == 200
    reply = await board.reply(asked["id"])
    assert (reply.ended, reply.status, reply.text) == ("cancelled", "cancelled", "Once upon")
    answering = await model.asked()
    await eventually(answering.abandoned.is_set, message="the model goes on in vain")
    stored = await message(modelled_desk, asked["id"])
    assert (stored["status"], stored["text"]) == ("cancelled", "Once upon")


async def test_a_text_of_any_characters_is_counted_in_code_points(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    """Some services cut a pair of surrogates in two, or send NUL."""
    board = await modelled_desk.open_board()

    async def odd(to):  # type: ignore[no-untyped-def]
        for piece in ("a\U0001f389", "\ud83c", "\udf89b", "\x00", "\ud800c"):
            await to.chunk({"content": piece})
        await to.chunk({}, "stop")
        await to.end()

    model.script = [odd]

    asked = await ask(modelled_desk, "Odd")

    reply = await board.reply(asked["id"])
    assert reply.text == "a\U0001f389\U0001f389b\ufffd\ufffdc"
    assert (await message(modelled_desk, asked["id"]))["text"] == reply.text
