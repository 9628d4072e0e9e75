"""Whatever the model's provider does, the thread says so in plain words and the server stays healthy."""

import time

import pytest

from tests.drivers import Desk, Instance
from tests.integration.assistant.asking import answer, ask
from tests.integration.assistant.conftest import KEY
from tests.services import ServerProcess, free_port
from tests.services.openai_server import (
    OpenAIServer,
    Step,
    begins,
    calls,
    fails,
    is_cut,
    says,
    sends,
    stalls,
)

SECRETIVE = f"Incorrect API key provided: {KEY}."


@pytest.mark.parametrize(
    ("steps", "problem", "detail"),
    [
        ([fails(401, message=SECRETIVE)], "model-failed", "does not accept this server's key"),
        ([fails(403, message=SECRETIVE)], "model-failed", "does not accept this server's key"),
        ([fails(404)], "model-failed", "does not know the model a-model"),
        ([fails(400)], "model-failed", "did not accept the request (status 400)"),
        ([fails(500)] * 3, "model-failed", "has a fault of its own (status 500)"),
        ([fails(429, {"Retry-After": "30"})], "too-many", "ask again in 30 s"),
        ([fails(429, {"Retry-After": "0"})] * 3, "too-many", "ask again in 1 s"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_refusal_is_told_in_the_thread(
    modelled_desk: Desk,
    model: OpenAIServer,
    steps: list[Step],
    problem: str,
    detail: str,
) -> None:
    board = await modelled_desk.open_board()
    model.script = list(steps)

    asked = await ask(modelled_desk, "Hello?")

    reply = await board.reply(asked["id"])
    assert (reply.ended, reply.status, reply.text) == ("error", "error", "")
    assert reply.problem["type"] == f"/docs/errors#{problem}"
    assert detail in reply.problem["detail"]
    assert KEY not in str(reply.frames)
    assert len(model.requests) == len(steps)
    assert (await answer(modelled_desk, "Hello?"))["text"] == "Hello."


@pytest.mark.parametrize(
    ("step", "text", "detail"),
    [
        (begins("Once upon", stalls), "Once upon", "was silent for 4 s"),
        (stalls, "", "was silent for 4 s"),
        (begins("Once upon", is_cut), "Once upon", "broke off in the middle"),
        (begins("Once upon", sends("")), "Once upon", "broke off in the middle"),
        (begins("Once upon", sends("data: {no json\n\n")), "Once upon", "cannot be read"),
        (begins("Once upon", sends('data: {"choices": 7}\n\n')), "Once upon", "cannot be read"),
        (
            begins("Once", sends('data: {"choices":[{"delta":{"content":{}}}]}\n\n')),
            "Once",
            "cannot be read",
        ),
        (
            begins("Once", sends('data: {"error": {"message": "sk-secret overloaded"}}\n\n')),
            "Once",
            "broke the reply off with an error",
        ),
    ],
    ids=[
        "stalled",
        "silent",
        "cut",
        "no end",
        "no json",
        "no chunk",
        "no text",
        "error in the stream",
    ],
)
async def test_a_reply_that_breaks_keeps_its_text_and_says_why(
    modelled_desk: Desk, model: OpenAIServer, step: Step, text: str, detail: str
) -> None:
    board = await modelled_desk.open_board()
    model.script = [step]

    asked = await ask(modelled_desk, "Tell me a story")

    reply = await board.reply(asked["id"], timeout_s=20)
    assert (reply.ended, reply.text) == ("error", text)
    assert reply.problem["type"] == "/docs/errors#model-failed"
    assert detail in reply.problem["detail"]
    assert "sk-" not in str(reply.frames)
    again = await answer(modelled_desk, "Tell me a story", retry_of=asked["id"])
    assert (again["status"], again["text"]) == ("done", "Hello.")


async def test_a_passing_fault_is_tried_again_after_what_the_provider_asks_for(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    model.script = [fails(429, {"Retry-After": "1"}), fails(503), says("There you are.")]
    started = time.monotonic()

    reply = await answer(modelled_desk, "Hello?")

    assert reply["text"] == "There you are."
    assert time.monotonic() - started >= 1.0


async def test_a_model_that_asks_for_tools_without_end_is_made_to_answer(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    model.script = [calls(("board_summary", {}))] * 7 + [says("Enough.")]

    reply = await answer(modelled_desk, "Go round in circles")

    assert reply["text"] == "Enough."
    assert "tools" not in model.requests[-1]
    assert all("tools" in request for request in model.requests[:-1])


async def test_arguments_that_are_nonsense_are_answered_and_not_a_fault(
    modelled_desk: Desk, model: OpenAIServer
) -> None:
    model.script = [
        calls(("get_client", {"client": 7}), ("no_such_tool", {}), ("list_clients", {"limit": 0})),
        says("I was confused."),
    ]

    reply = await answer(modelled_desk, "Hello?")

    assert reply["text"] == "I was confused."
    told = [turn["content"] for turn in model.requests[-1]["messages"] if turn["role"] == "tool"]
    assert all(content.startswith('{"error"') for content in told)


async def test_a_reply_of_no_end_is_ended(modelled_desk: Desk, model: OpenAIServer) -> None:
    model.script = [says("0123456789" * 5_000)]

    reply = await answer(modelled_desk, "Tell me everything")

    assert reply["status"] == "error"
    assert len(reply["text"]) == 40_000
    assert "too long" in reply["problem"]["detail"]


async def test_without_a_key_the_thread_says_so(fresh_sqlite_url: str) -> None:
    with ServerProcess(fresh_sqlite_url, settings={"AI_PROVIDER": "openai"}) as process:
        async with Instance(process) as instance:
            desk = await (await instance.sign_up()).new_workspace()

            reply = await answer(desk, "Hello?")

            assert reply["status"] == "error"
            assert "OPENAI_API_KEY" in reply["problem"]["detail"]


async def test_a_provider_that_is_not_there_is_told_in_the_thread(
    fresh_sqlite_url: str,
) -> None:
    settings = {
        "AI_PROVIDER": "openai",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1",
    }
    with ServerProcess(fresh_sqlite_url, settings=settings) as process:
        async with Instance(process) as instance:
            desk = await (await instance.sign_up()).new_workspace()

            reply = await answer(desk, "Hello?")

            assert "cannot be reached" in reply["problem"]["detail"]
            assert (await instance.readiness())["status"] == "ready"
            metrics = (await instance.http.get("/metrics")).text
            assert 'clientflow_assistant_errors_total{kind="unreachable"} 1.0' in metrics
            assert "clientflow_assistant_replies 0.0" in metrics


async def test_a_day_has_so_many_tokens_for_a_workspace(
    fresh_sqlite_url: str, model: OpenAIServer
) -> None:
    settings = {
        "AI_PROVIDER": "openai",
        "OPENAI_BASE_URL": model.base_url,
        "ASSISTANT_DAILY_TOKENS": "100",
    }
    with ServerProcess(fresh_sqlite_url, settings=settings) as process:
        async with Instance(process) as instance:
            ana = await instance.sign_up()
            desk, other = await ana.new_workspace(), await ana.new_workspace()
            assert (await answer(desk, "Hello?"))["status"] == "done"

            refused = await desk.post("/assistant/messages", {"prompt": "Hello?"})

            assert refused.status_code == 429
            assert "tokens of today" in refused.json()["detail"]
            assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
            assert (await answer(other, "Hello?"))["status"] == "done"
            metrics = (await instance.http.get("/metrics")).text
            assert 'clientflow_assistant_tokens_total{kind="prompt"} 200.0' in metrics
            assert 'clientflow_assistant_tokens_total{kind="completion"} 40.0' in metrics
