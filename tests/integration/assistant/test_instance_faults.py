"""A reply survives what happens to instances, to Redis and to readers: everyone ends with the stored text."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.drivers import Desk, Instance
from tests.integration.assistant.asking import MESSAGES, answer, ask, ended, message
from tests.integration.assistant.conftest import model_settings
from tests.services import PostgresServer, RedisServer, ServerProcess, eventually
from tests.services.openai_server import Answering, Held, OpenAIServer, calls, says

Pair = tuple[Instance, Instance]


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """One of the test's own, which it may take away."""
    with RedisServer() as server:
        yield server


@pytest.fixture
async def own_pair(
    postgres_server: PostgresServer, redis: RedisServer, model: OpenAIServer
) -> AsyncIterator[Pair]:
    """Two instances that the test may kill."""
    url, settings = postgres_server.create_database(), model_settings(model)
    settings["OPENAI_STALL_SECONDS"] = "60"
    with (
        ServerProcess(url, redis.url, settings) as a,
        ServerProcess(url, redis.url, settings) as b,
    ):
        async with Instance(a) as first, Instance(b) as second:
            yield first, second
    postgres_server.drop_database(url)


@pytest.fixture
async def own_desk(own_pair: Pair) -> Desk:
    return await (await own_pair[0].sign_up("Ana")).new_workspace()


async def test_a_reply_whose_instance_was_killed_is_interrupted_elsewhere_and_can_be_retried(
    own_desk: Desk, own_pair: Pair, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    there = own_desk.at(own_pair[1])
    board = await there.open_board()
    asked = await ask(own_desk, "Tell me a story")
    held.say("Once upon a time")
    await board.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")

    async def stored() -> bool:
        return bool((await message(there, asked["id"]))["text"])

    await eventually(stored)

    own_pair[0].process.kill()
    killed_at = time.monotonic()

    reply = await board.reply(asked["id"], timeout_s=20)
    assert time.monotonic() - killed_at < 15
    assert (reply.ended, reply.status) == ("error", "interrupted")
    assert reply.text == "Once upon a time" == (await message(there, asked["id"]))["text"]
    assert "has stopped" in reply.problem["detail"]
    again = await answer(there, "Tell me a story", retry_of=asked["id"])
    assert (again["status"], again["text"], again["retry_of"]) == ("done", "Hello.", asked["id"])


async def test_a_server_that_stops_interrupts_its_replies_with_their_text(
    own_desk: Desk, own_pair: Pair, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    there = own_desk.at(own_pair[1])
    board = await there.open_board()
    asked = await ask(own_desk, "Tell me a story")
    held.say("Once upon a time")
    await board.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")

    stopping = asyncio.create_task(asyncio.to_thread(own_pair[0].process.terminate))

    reply = await board.reply(asked["id"], timeout_s=8)
    assert (reply.status, reply.text) == ("interrupted", "Once upon a time")
    assert (await message(there, asked["id"]))["text"] == "Once upon a time"
    await stopping


async def test_without_redis_the_others_still_see_the_reply_and_its_end(
    own_desk: Desk, own_pair: Pair, redis: RedisServer, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step, says("Quick.")]
    here = await own_desk.open_board()
    there = await own_desk.at(own_pair[1]).open_board()
    asked = await ask(own_desk, "Tell me a story")
    held.say("Once upon")
    await there.reply_when(asked["id"], lambda reply: reply.text == "Once upon")

    await asyncio.to_thread(redis.stop)
    held.say(" a time")
    await here.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")
    await there.reply_when(asked["id"], lambda reply: reply.text == "Once upon a time")
    held.say(" there was a board.")
    held.end()
    quick = await ask(own_desk, "And a quick one")

    for board in (here, there):
        told = await board.reply(asked["id"])
        assert (told.ended, told.text) == ("done", "Once upon a time there was a board.")
        assert (await board.reply(quick["id"])).text == "Quick."


async def test_without_redis_a_stop_from_elsewhere_is_found_in_the_database(
    own_desk: Desk, own_pair: Pair, redis: RedisServer, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    asked = await ask(own_desk, "Tell me a story")
    answering = await model.asked()
    await asyncio.to_thread(redis.stop)

    response = await own_desk.at(own_pair[1]).post(f"{MESSAGES}/{asked['id']}/cancel")

    assert response.status_code == 200
    assert (await ended(own_desk, asked["id"]))["status"] == "cancelled"
    await asyncio.wait_for(answering.abandoned.wait(), 5)


async def test_a_reader_that_stalls_gets_fewer_frames_and_the_same_text(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    quick, slow = await modelled_desk.open_board(), await modelled_desk.open_board()
    asked = await ask(modelled_desk, "Tell me much")
    await slow.reply_when(asked["id"], lambda reply: True)
    client = await modelled_desk.create_client("Acme")
    await slow.changes_up_to(1)
    slow.socket.transport.pause_reading()
    # Fill what lies between: the kernel's buffers of both ends, and then the server's.
    for number in range(60):
        await modelled_desk.patch(f"/clients/{client['id']}", {"notes": f"{number}" + "x" * 19_000})

    text = ""
    for number in range(60):
        piece = f"word {number} "
        text += piece
        held.say(piece)
        await quick.reply_when(asked["id"], lambda reply, text=text: reply.text == text)  # type: ignore[misc]
    slow.socket.transport.resume_reading()
    held.end()

    seen, told = await slow.reply(asked["id"]), await quick.reply(asked["id"])
    assert seen.text == told.text == text
    assert seen.events.count("delta") < told.events.count("delta") / 4


async def test_who_is_removed_while_the_model_thinks_reads_nothing_more(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    removed = asyncio.Event()

    async def waits_and_looks(to: Answering) -> None:
        await removed.wait()
        await calls(("board_summary", {}))(to)

    model.script = [waits_and_looks, says("Never.")]
    asker = await modelled_desk.admit_new("viewer", "Vic")
    board = await modelled_desk.open_board()
    asked = await ask(asker, "How are we doing?")
    await board.reply_when(asked["id"], lambda reply: True)

    assert (await modelled_desk.delete(f"/members/{asker.person.id}")).status_code == 204
    removed.set()

    reply = await board.reply(asked["id"])
    assert reply.ended == "error"
    assert reply.problem["type"] == "/docs/errors#forbidden"
    assert len(model.requests) == 1


async def test_without_redis_postgres_carries_replies_and_a_piece_too_long_for_it_comes_from_storage(
    postgres_server: PostgresServer, model: OpenAIServer
) -> None:
    held = Held()
    model.script = [held.step]
    url, settings = postgres_server.create_database(), model_settings(model)
    with ServerProcess(url, None, settings) as a, ServerProcess(url, None, settings) as b:
        async with Instance(a) as first, Instance(b) as second:
            desk = await (await first.sign_up("Ana")).new_workspace()
            there = await desk.at(second).open_board()
            asked = await ask(desk, "Tell me much")
            held.say("Once upon", "x" * 9_000, " a time")
            held.end()

            reply = await there.reply(asked["id"])

            assert reply.text == "Once upon" + "x" * 9_000 + " a time"
    postgres_server.drop_database(url)
