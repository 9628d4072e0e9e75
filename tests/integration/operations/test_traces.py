"""Traces: one write can be followed from its request to the sockets of another instance."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.drivers import Instance
from tests.services import PostgresServer, RedisServer, ServerProcess, eventually
from tests.services.collector import Collector, SeenSpan

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_, TRACE, CALLERS_SPAN, _ = CALLER.split("-")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture
def traced(
    postgres_server: PostgresServer, redis_server: RedisServer, collector: Collector
) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    url = postgres_server.create_database()
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
    with (
        ServerProcess(url, redis_server.url, settings) as one,
        ServerProcess(url, redis_server.url, settings) as two,
    ):
        yield one, two
    postgres_server.drop_database(url)


async def test_a_write_is_one_trace_from_its_request_to_the_sockets_of_another_instance(
    traced: tuple[ServerProcess, ServerProcess], collector: Collector
) -> None:
    async with Instance(traced[0]) as here, Instance(traced[1]) as there:
        desk = await (await here.sign_up("Ana")).new_workspace()
        boards = [await desk.open_board(), await desk.at(there).open_board()]

        await desk.post("/clients", {"name": "Acme"}, headers={"traceparent": CALLER})
        for board in boards:
            await board.changes_up_to(1)

        def whole() -> dict[str, list[SeenSpan]]:
            found: dict[str, list[SeenSpan]] = {}
            for span in collector.spans:
                if span.trace_id == TRACE:
                    found.setdefault(span.name, []).append(span)
            assert len(found.get("deliver", [])) == 2
            assert "client.create" in found
            return found

        spans = await eventually(whole)

    (request,) = spans["POST /api/v1/workspaces/{workspace_id}/clients"]
    (command,) = spans["client.create"]
    assert request.parent_id == CALLERS_SPAN
    assert request.attributes["http.response.status_code"] == "201"
    assert command.parent_id == request.span_id
    assert command.attributes == {"clientflow.via": "rest", "clientflow.result": "ok"}
    steps = [*spans["queued"], *spans["transaction"], *spans["publish"]]
    assert {step.parent_id for step in steps} == {command.span_id}
    for before, after in pairwise(steps):
        assert command.began <= before.began <= before.ended == after.began <= command.ended
    assert {span.parent_id for span in spans["deliver"]} == {command.span_id}
    assert {span.attributes["clientflow.sockets"] for span in spans["deliver"]} == {"1"}
    assert len({span.instance for span in spans["deliver"]}) == 2
    assert request.instance in {span.instance for span in spans["deliver"]}


async def test_commands_of_a_channel_are_traced_each_by_itself(
    traced: tuple[ServerProcess, ServerProcess], collector: Collector
) -> None:
    async with Instance(traced[0]) as here:
        board = await (await (await here.sign_up("Ana")).new_workspace()).open_board()
        for name in ("Acme", "Globex"):
            await board.command("client.create", data={"name": name})
        await board.command("client.delete", client_id="nobody")

        def commands() -> list[SeenSpan]:
            found = [span for span in collector.spans if span.name.startswith("client.")]
            return found if len(found) == 3 else []

        found = await eventually(commands)
    assert [span.attributes["clientflow.result"] for span in found] == ["ok", "ok", "not-found"]
    assert {span.attributes["clientflow.via"] for span in found} == {"socket"}
    assert len({span.trace_id for span in found}) == 3
