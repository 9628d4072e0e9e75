"""A channel lives as long as its token, and longer with a fresh one."""

import time

from tests.drivers import Desk, check_problem, forged_token


async def test_a_channel_whose_token_runs_out_is_closed_with_4401_unless_it_brings_a_fresh_one(
    desk: Desk,
) -> None:
    ana = desk.person
    brief = desk.of(ana.with_token(forged_token(ana.id, sid=ana.session_id, expires_in_s=3)))
    renewed, ending = await brief.open_board(), await brief.open_board()
    began = time.monotonic()

    await renewed.say({"type": "auth", "token": ana.token})

    assert await ending.closed() == 4401
    assert time.monotonic() - began < 5
    assert (await renewed.command("client.create", data={"name": "Acme"})).status == 200


async def test_a_bad_fresh_token_is_told_and_closed_with_4401(desk: Desk) -> None:
    for token in (
        "rubbish",
        forged_token(desk.person.id, sid=desk.person.session_id, expires_in_s=-60),
    ):
        board = await desk.open_board()
        await board.say({"type": "auth", "token": token})
        assert await board.closed() == 4401
        check_problem(board.errors[0], 401)


async def test_a_fresh_token_of_somebody_else_is_closed_with_4401(desk: Desk) -> None:
    ben = await desk.admit_new("editor")
    board = await desk.open_board()

    await board.say({"type": "auth", "token": ben.person.token})

    assert await board.closed() == 4401


async def test_a_personal_access_token_that_runs_out_ends_its_channel(lone_desk: Desk) -> None:
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    script = lone_desk.of(await lone_desk.person.personal_token("read", expires_at=ends))
    board = await script.open_board()

    assert await board.closed() == 4401
