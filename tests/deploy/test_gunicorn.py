"""Gunicorn with workers of ours: WEB_CONCURRENCY processes on one port that are one server."""

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.deploy.processes import PROGRAMS, GunicornProcess
from tests.drivers import Board, Desk, Instance
from tests.services import ROOT, ServerProcess, eventually

MOST_SOCKETS = 80  # with so many it is as good as sure that both workers have one


async def on_both_workers(desk: Desk, process: GunicornProcess) -> tuple[Board, Board]:
    """A socket on each of the two workers: the kernel gives a connection to whoever asks first."""
    held: dict[int, Board] = {}
    for _ in range(MOST_SOCKETS):
        board = await desk.open_board()
        worker = process.worker_of(board)
        assert worker is not None
        held.setdefault(worker, board)
        if len(held) == 2:
            first, second = held.values()
            return first, second
    raise AssertionError(f"one worker has all {MOST_SOCKETS} sockets")


async def test_a_change_through_one_worker_reaches_a_socket_of_the_other(
    served: Instance, two_workers: GunicornProcess
) -> None:
    desk = await (await served.sign_up("Ana")).new_workspace()
    one, other = await on_both_workers(desk, two_workers)

    for here, there in ((one, other), (other, one)):
        answer = await here.command("client.create", data={"name": "Acme"})
        change = await there.next_change()
        assert change["id"] == answer.result["id"]
        assert (await here.next_change()) == change


async def test_a_worker_that_dies_is_replaced_and_its_sockets_find_their_way_back(
    served: Instance, two_workers: GunicornProcess
) -> None:
    desk = await (await served.sign_up("Ana")).new_workspace()
    one, other = await on_both_workers(desk, two_workers)
    doomed = two_workers.worker_of(one)
    assert doomed is not None
    before = await other.command("client.create", data={"name": "Before"})
    await one.changes_up_to(before.seq)

    os.kill(doomed, signal.SIGKILL)
    await one.closed()
    during = await other.command("client.create", data={"name": "During"})
    back = await desk.open_board(since=before.seq)

    assert await back.next_change() == (await other.changes_up_to(during.seq))[-1]
    await eventually(lambda: len(two_workers.workers) == 2 and doomed not in two_workers.workers)


async def test_sigterm_drains_every_worker_with_1012(
    served: Instance, two_workers: GunicornProcess
) -> None:
    desk = await (await served.sign_up("Ana")).new_workspace()
    boards = await on_both_workers(desk, two_workers)

    two_workers.send_signal(signal.SIGTERM)
    codes = await asyncio.gather(*(board.closed() for board in boards))
    exit_code = await asyncio.to_thread(two_workers.wait, two_workers.stop_timeout_s)

    assert codes == [1012, 1012]
    assert exit_code == 0
    assert "Traceback" not in two_workers.log


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WEB_CONCURRENCY": "2"}, "WEB_CONCURRENCY must be 1 with SQLite"),
        ({"ENVIRONMENT": "production", "JWT_SECRET_KEY": "weak"}, "JWT_SECRET_KEY must be"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "cannot be reached"),
    ],
    ids=["several workers on SQLite", "a weak secret", "no database"],
)
def test_what_is_wrong_is_said_in_words_before_anything_listens(
    settings: dict[str, str], said: str, tmp_path: Path
) -> None:
    environment = ServerProcess.defaults | {"PATH": os.environ["PATH"], "PORT": "0"}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'clientflow.db'}"
    done = subprocess.run(
        [PROGRAMS / "gunicorn", "--config", ROOT / "gunicorn.conf.py"],
        env=environment | settings,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Listening" not in done.stderr


def test_logs_of_gunicorn_and_of_its_workers_are_json_lines_in_production(tmp_path: Path) -> None:
    settings = {"ENVIRONMENT": "production", "HOST": "127.0.0.1", "BCRYPT_ROUNDS": "10"}
    with GunicornProcess(f"sqlite:///{tmp_path / 'clientflow.db'}", settings=settings) as process:
        process.stop()
        lines = process.log.splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert any(event.startswith("Listening at") for event in events)
