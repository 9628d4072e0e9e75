"""A channel lives as long as its token, and longer with a fresh one."""

import time

from tests.drivers import Desk, Instance, check_problem, forged_token


async def test_a_channel_whose_token_runs_out_is_closed_with_4401(desk: Desk) -> None:
    ana = desk.person
    brief = desk.of(ana.with_token(forged_token(ana.id, expires_in_s=3)))
    lasting, ending = await desk.open_board(), await brief.open_board()
    began = time.monotonic()

    assert await ending.closed() == 4401

    assert time.monotonic() - began < 5
    assert lasting.is_open


async def test_a_fresh_token_keeps_the_channel_open(desk: Desk) -> None:
    ana = desk.person
    brief = desk.of(ana.with_token(forged_token(ana.id, expires_in_s=3)))
    renewed, control = await brief.open_board(), await brief.open_board()

    await renewed.say({"type": "auth", "token": ana.token})

    assert await control.closed() == 4401
    assert (await renewed.command("client.create", data={"name": "Acme"})).status == 200


async def test_a_bad_fresh_token_is_told_and_closed_with_4401(desk: Desk) -> None:
    for token in ("rubbish", forged_token(desk.person.id, expires_in_s=-60)):
        board = await desk.open_board()
        await board.say({"type": "auth", "token": token})
        assert await board.closed() == 4401
        check_problem(board.errors[0], 401)


async def test_a_fresh_token_of_somebody_else_is_closed_with_4401(desk: Desk) -> None:
    ben = await desk.admit_new("editor")
    board = await desk.open_board()

    await board.say({"type": "auth", "token": ben.person.token})

    assert await board.closed() == 4401


async def test_a_personal_access_token_that_runs_out_ends_its_channel(
    server: Instance, desk: Desk
) -> None:
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    script = desk.of(await desk.person.personal_token("read", expires_at=ends))
    board = await script.open_board()

    assert await board.closed() == 4401
