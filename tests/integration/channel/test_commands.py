"""Commands on the channel: done in order, acknowledged after the commit, told to everybody."""

import asyncio

import pytest

from tests.drivers import Board, Desk, check_problem


@pytest.fixture
async def board(desk: Desk) -> Board:
    return await desk.open_board()


async def test_a_command_is_acknowledged_with_what_came_of_it(desk: Desk, board: Board) -> None:
    answer = await board.command(
        "client.create", data={"name": "Acme", "id": "my-own-id_0001", "stage": "won"}
    )

    assert answer.frame.keys() == {"type", "id", "seq", "version", "result"}
    assert (answer.seq, answer.version) == (1, 1)
    assert answer.result == await desk.client("my-own-id_0001")


async def test_the_sender_gets_its_own_change_with_its_command_id(board: Board) -> None:
    answer = await board.command("client.create", data={"name": "Acme"})

    change = await board.next_change()

    assert change["command_id"] == answer.frame["id"]
    assert change["data"] == answer.result
    assert (change["actor"]["via"], change["seq"]) == ("socket", answer.seq)


async def test_every_client_command_works_on_the_channel(desk: Desk, board: Board) -> None:
    created = await board.command("client.create", data={"name": "Acme"})
    client_id = created.result["id"]
    updated = await board.command("client.update", client_id=client_id, data={"phone": "112"})
    comment = await board.command("comment.create", client_id=client_id, data={"body": "Called."})
    deleted = await board.command("client.delete", client_id=client_id)
    restored = await board.command("client.restore", client_id=client_id)

    assert [answer.version for answer in (created, updated, deleted, restored)] == [1, 2, 3, 4]
    assert [answer.seq for answer in (created, updated, comment, deleted, restored)] == [
        1, 2, 3, 4, 5
    ]  # fmt: skip
    assert updated.result["phone"] == "112"
    assert comment.result["body"] == "Called."
    assert deleted.frame["result"] is None
    assert restored.result == await desk.client(client_id)
    assert [(change["entity"], change["op"]) for change in await board.changes_up_to(5)] == [
        ("client", "created"),
        ("client", "updated"),
        ("comment", "created"),
        ("client", "deleted"),
        ("client", "restored"),
    ]


async def test_the_workspace_itself_is_changed_on_the_channel_too(desk: Desk, board: Board) -> None:
    ben = await desk.admit_new("viewer")
    stage = (await board.command("stage.create", data={"name": "On hold"})).result
    moved = await board.command("stage.update", stage_id=stage["id"], data={"position": 0})
    bulk = await board.command(
        "client.bulk",
        operations=[{"op": "client.create", "data": {"name": "Acme", "stage": "on-hold"}}],
    )
    gone = await board.command("stage.delete", stage_id=stage["id"], move_to="won")
    named = await board.command("workspace.update", data={"name": "Sales 2027"})
    risen = await board.command("member.update", user_id=ben.person.id, data={"role": "admin"})
    left = await board.command("member.remove", user_id=ben.person.id)

    assert {answer.status for answer in (moved, bulk, gone, named, risen, left)} == {200}
    assert await desk.names(stage="won") == ["Acme"]
    assert (await desk.get()).json()["name"] == "Sales 2027"
    await board.changes_up_to(await desk.head())
    assert board.seqs == list(range(1, await desk.head() + 1))


async def test_what_is_acknowledged_can_be_read(desk: Desk, board: Board) -> None:
    client = await desk.create_client()
    for number in range(20):
        await board.command("client.update", client_id=client["id"], data={"notes": f"{number}"})
        assert (await desk.client(client))["notes"] == f"{number}"


async def test_a_change_is_told_before_or_with_its_ack(board: Board) -> None:
    """An optimistic client may settle its copy on either, and loses nothing between them."""
    await board.command("client.create", data={"name": "Acme"})

    assert board.seqs == [1]


async def test_commands_of_one_channel_are_done_in_the_order_they_were_sent(
    desk: Desk, board: Board
) -> None:
    client = await desk.create_client()
    ids = [
        await board.post("client.update", client_id=client["id"], data={"notes": f"{number}"})
        for number in range(60)
    ]

    for command_id in ids:
        assert (await board.answer(command_id)).status == 200

    changes = await board.changes_up_to(61)
    assert [change["data"]["notes"] for change in changes[1:]] == [f"{n}" for n in range(60)]
    acks = [frame["id"] for frame in board.frames if frame["type"] == "ack"]
    assert acks == ids


async def test_a_change_to_an_old_version_is_refused(desk: Desk, board: Board) -> None:
    client = await desk.create_client()
    await desk.update_client(client, name="Theirs")

    late = await board.command(
        "client.update", client_id=client["id"], data={"name": "Mine"}, if_version=1
    )
    gone = await board.command("client.delete", client_id=client["id"], if_version=1)
    fresh = await board.command(
        "client.update", client_id=client["id"], data={"name": "Mine"}, if_version=2
    )

    check_problem(late.problem, 412)
    check_problem(gone.problem, 412)
    assert fresh.version == 3


async def test_everybody_sees_everything_once_and_in_order(desk: Desk) -> None:
    people = [desk, *[await desk.admit_new("editor", f"Editor {n}") for n in range(3)]]
    boards = [await person.open_board() for person in people for _ in range(2)]
    start = await desk.head()

    await asyncio.gather(
        *(
            board.command("client.create", data={"name": f"Client {number}"})
            for board in boards
            for number in range(10)
        )
    )

    head = start + 10 * len(boards)
    for board in boards:
        await board.changes_up_to(head)
        assert board.seqs == list(range(start + 1, head + 1))


async def test_a_write_that_changes_nothing_is_acknowledged_and_not_told(
    desk: Desk, board: Board
) -> None:
    client = await desk.create_client()

    answer = await board.command("client.update", client_id=client["id"], data={"name": "Acme"})

    assert (answer.version, answer.seq) == (1, 1)
    await board.ping()
    assert board.seqs == [1]


async def test_what_was_sent_when_the_connection_broke_is_repeated_without_a_second_effect(
    desk: Desk, board: Board
) -> None:
    names = [f"Client {number}" for number in range(30)]
    for name in names:
        await board.post("client.create", command_id=name.replace(" ", "-"), data={"name": name})
    await board.answer("Client-0")
    await board.drop()

    for name in names:
        again = await desk.post("/clients", {"name": name}, key=name.replace(" ", "-"))
        assert again.status_code == 201

    assert await desk.names() == names
    assert await desk.head() == 30
