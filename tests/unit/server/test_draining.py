"""The first word of a shutdown."""

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from server.draining import noticing_shutdown

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture
def servers_turn() -> Iterator[list[int]]:
    """What the ASGI server's own handlers are called with."""
    calls: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, lambda number, frame: calls.append(number))
    yield calls
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_to_stop_is_noticed_and_then_left_to_the_server(
    number: signal.Signals, servers_turn: list[int]
) -> None:
    noticed = asyncio.Event()
    with noticing_shutdown(noticed.set):
        signal.raise_signal(number)
        assert servers_turn == [number]
        await asyncio.wait_for(noticed.wait(), 5.0)


async def test_afterwards_the_servers_handlers_stand_as_before(servers_turn: list[int]) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    noticed: list[str] = []
    with noticing_shutdown(lambda: noticed.append("stop")):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    signal.raise_signal(signal.SIGTERM)
    await asyncio.sleep(0)
    assert servers_turn == [signal.SIGTERM]
    assert noticed == []


async def test_a_server_in_a_thread_gets_no_signals_and_runs_all_the_same() -> None:
    def serve() -> str:
        with noticing_shutdown(lambda: None):
            return threading.current_thread().name

    assert await asyncio.to_thread(serve) != "MainThread"


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_that_the_server_ignores_is_noticed_all_the_same(
    number: signal.Signals, servers_turn: list[int]
) -> None:
    signal.signal(number, signal.SIG_IGN)
    noticed = asyncio.Event()
    with noticing_shutdown(noticed.set):
        signal.raise_signal(number)
        await asyncio.wait_for(noticed.wait(), 5.0)
    assert servers_turn == []
