"""Bad frames: answered or closed with the contract's code, and nobody else is disturbed."""

import contextlib

import pytest
from websockets.exceptions import ConnectionClosed

from tests.drivers import Board, Desk, check_problem
from tests.services import eventually


@pytest.fixture
async def board(desk: Desk) -> Board:
    return await desk.open_board()


@pytest.mark.parametrize(
    "frame",
    ["{", "", "hello", '{"type": "ping"', "\0", '{"type": "ping"} {}', '{"type": "\\ud800"}',
     '{"type":"command","id":"1","op":"client.create","data":{"name":"\\ud800"}}'],
)  # fmt: skip
async def test_what_is_no_json_is_told_and_closed_with_4400(
    desk: Desk, board: Board, frame: str
) -> None:
    other = await desk.open_board()

    await board.say(frame)

    assert await board.closed() == 4400
    check_problem(board.frames[-1]["problem"], 400)
    assert (await other.command("client.create", data={"name": "Acme"})).status == 200


@pytest.mark.parametrize(
    "frame",
    [
        "[" * 65_000,
        '{"type":' * 8_000,
        '{"type": "ping", "more": ' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"type":"command","id":"1","op":"client.create","data":{"custom":{"a":'
        + "[" * 30_000
        + "]" * 30_000
        + "}}}",
        '{"type":"hello","since":' + "9" * 60_000 + "}",
    ],
    ids=["lists", "objects", "unknown", "known", "number"],
)
async def test_monstrous_json_disturbs_nobody_else(desk: Desk, board: Board, frame: str) -> None:
    other = await desk.open_board()

    await board.say(frame)

    await eventually(lambda: board.frames[-1]["type"] in ("error", "pong") or not board.is_open)
    assert (await other.command("client.create", data={"name": "Acme"})).status == 200


async def test_a_binary_frame_is_told_and_closed_with_4400(board: Board) -> None:
    await board.say(b'{"type": "ping"}')

    check_problem(await board.error(), 400)
    assert await board.closed() == 4400


async def test_a_frame_over_64_kib_is_closed_with_1009(desk: Desk, board: Board) -> None:
    other = await desk.open_board()

    await board.say('{"type": "ping", "padding": "' + "x" * 70_000 + '"}')

    assert await board.closed() == 1009
    assert (await other.command("client.create", data={"name": "Acme"})).status == 200


async def test_a_frame_of_64_kib_is_read(board: Board) -> None:
    start = '{"type": "ping", "padding": "'

    await board.say(start + "x" * (64 * 1024 - len(start) - 2) + '"}')
    await board.ping()

    await eventually(lambda: sum(frame["type"] == "pong" for frame in board.frames) == 2)


async def test_a_frame_may_come_in_fragments(board: Board) -> None:
    await board.socket.send(['{"type":', ' "ping"', "}"])
    await board.ping()

    await eventually(lambda: sum(frame["type"] == "pong" for frame in board.frames) == 2)


async def test_fragments_over_64_kib_together_are_closed_with_1009(board: Board) -> None:
    with contextlib.suppress(ConnectionClosed):
        await board.socket.send(["x" * 16 * 1024] * 5)

    assert await board.closed() == 1009


async def test_text_that_is_no_utf8_ends_the_channel(desk: Desk, board: Board) -> None:
    await board.socket.send(b'{"type": "\xff"}', text=True)

    assert await board.closed() in (1007, 4400)
    assert (await desk.create_client())["version"] == 1


@pytest.mark.parametrize(
    "frame",
    [
        "null",
        "7",
        "[]",
        '"ping"',
        {},
        {"type": "nonsense"},
        {"type": 7},
        {"type": "command"},
        {"type": "command", "id": 7, "op": "client.create"},
        {"type": "command", "id": "", "op": "client.create"},
        {"type": "command", "id": "with space", "op": "client.create"},
        {"type": "command", "id": "x" * 256, "op": "client.create"},
        {"type": "presence"},
        {"type": "presence", "state": "here"},
        {"type": "presence", "state": {"viewing": 7}},
        {"type": "presence", "state": {"editing": {"client_id": "x"}}},
        {"type": "auth"},
        {"type": "auth", "token": None},
    ],
    ids=str,
)
async def test_a_frame_of_the_wrong_shape_is_answered_and_the_channel_stays(
    board: Board, frame
) -> None:
    await board.say(frame)
    await board.ping()

    problems = [frame["problem"] for frame in board.frames if frame["type"] == "error"]
    assert len(problems) == 1
    check_problem(problems[0], 422)
    assert board.is_open


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"op": "client.create"}, "data"),
        ({"op": "client.create", "data": None}, "data"),
        ({"op": "client.create", "data": {"name": 7}}, "data.name"),
        ({"op": "client.create", "data": {"name": "X", "nick": "Y"}}, "data.nick"),
        ({"op": "client.update", "data": {"name": "X"}}, "client_id"),
        ({"op": "client.update", "client_id": 7, "data": {}}, "client_id"),
        ({"op": "client.update", "client_id": "x", "data": {}, "if_version": "1"}, "if_version"),
        ({"op": "client.update", "client_id": "x", "data": {}, "if_version": 0}, "if_version"),
        ({"op": "client.explode"}, "op"),
        ({"op": 7}, "op"),
        ({"op": None}, "op"),
    ],
    ids=str,
)
async def test_a_command_that_cannot_be_read_is_answered_under_its_id(
    board: Board, fields, field: str
) -> None:
    answer = await board.command(**fields)

    check_problem(answer.problem, 422, field)
    assert (await board.command("client.create", data={"name": "Acme"})).status == 200


async def test_a_command_without_an_op_is_answered_under_its_id(board: Board) -> None:
    await board.say({"type": "command", "id": "no-op"})

    check_problem((await board.answer("no-op")).problem, 422, "op")


@pytest.mark.parametrize(
    ("op", "fields", "status"),
    [
        ("client.create", {"data": {"name": "X", "stage": "nowhere"}}, 422),
        ("client.update", {"client_id": "nobody", "data": {}}, 404),
        ("client.update", {"client_id": "\u0001", "data": {}}, 404),
        ("client.delete", {"client_id": "nobody"}, 404),
        ("client.restore", {"client_id": "nobody"}, 404),
        ("comment.create", {"client_id": "nobody", "data": {"body": "X"}}, 404),
        ("stage.delete", {"stage_id": "nobody"}, 404),
        ("stage.create", {"data": {"name": "Won"}}, 409),
        ("member.remove", {"user_id": "nobody"}, 404),
    ],
)
async def test_a_command_that_cannot_be_done_is_answered_and_the_channel_stays(
    board: Board, op: str, fields, status: int
) -> None:
    answer = await board.command(op, **fields)

    check_problem(answer.problem, status)
    await board.ping()
    assert board.is_open
    assert board.changes == []


async def test_a_second_hello_is_closed_with_4400(desk: Desk, board: Board) -> None:
    await board.say({"type": "hello", "token": desk.person.token})

    assert await board.closed() == 4400
