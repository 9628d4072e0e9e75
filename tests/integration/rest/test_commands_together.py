"""Commands that wait together share a transaction: each keeps its own answer, error, place and effect."""

import asyncio
import uuid

from tests.drivers import Desk


async def test_many_writers_at_once_get_consecutive_numbers_and_each_its_own_answer(
    desk: Desk,
) -> None:
    board = await desk.open_board()

    answers = await asyncio.gather(
        *(desk.post("/clients", {"name": f"Client {number}"}) for number in range(40))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert [answer.json()["name"] for answer in answers] == [f"Client {n}" for n in range(40)]
    await board.changes_up_to(40)
    assert board.seqs == list(range(1, 41))
    assert len({client["position"] for client in await desk.clients()}) == 40


async def test_a_refused_command_leaves_those_beside_it_standing(desk: Desk) -> None:
    client = await desk.create_client("Acme")
    path = f"/clients/{client['id']}"

    answers = await asyncio.gather(
        *(
            request
            for number in range(10)
            for request in (
                desk.post("/clients", {"name": f"Good {number}"}),
                desk.post("/clients", {"name": "Bad", "stage": "nowhere"}),
                desk.post("/clients", {"name": "Taken", "id": client["id"]}),
                desk.patch("/clients/nobody", {"name": "Bad"}),
                desk.patch(path, {"name": "Late"}, headers={"If-Match": '"7"'}),
            )
        )
    )

    assert [answer.status_code for answer in answers] == [201, 422, 409, 404, 412] * 10
    assert await desk.head() == 11
    assert len(await desk.clients()) == 11


async def test_a_command_that_spoils_a_shared_transaction_fails_alone(desk: Desk) -> None:
    """A client and its comment are one transaction's; the id that no database can hold fails only its own command."""
    answers = await asyncio.gather(
        *(
            desk.post("/clients", {"name": "Bad \x00" if number == 5 else f"Good {number}"})
            for number in range(20)
        )
    )

    refused = [answer.status_code for answer in answers].count(422)
    assert refused <= 1  # PostgreSQL stores no NUL, SQLite does
    assert len(await desk.clients()) == await desk.head() == 20 - refused


async def test_the_commands_of_one_socket_are_answered_in_their_order(desk: Desk) -> None:
    board = await desk.open_board()

    ids = [
        await board.post("client.create", data={"name": f"Client {number}"})
        if number % 4
        else await board.post("client.delete", client_id="nobody")
        for number in range(40)
    ]

    answers = [await board.answer(id_) for id_ in ids]
    answered = [frame["id"] for frame in board.frames if frame["type"] in ("ack", "error")]
    assert answered == ids
    assert [answer.status for answer in answers] == [404, 200, 200, 200] * 10
    assert [answer.seq for answer in answers if answer.status == 200] == list(range(1, 31))


async def test_one_key_sent_many_times_in_one_breath_takes_effect_once(desk: Desk) -> None:
    key = str(uuid.uuid4())
    other = [desk.post("/clients", {"name": f"Other {number}"}) for number in range(5)]
    same = [desk.post("/clients", {"name": "Once"}, key=key) for _ in range(5)]
    different = [desk.post("/clients", {"name": "Another"}, key=key) for _ in range(2)]

    answers = await asyncio.gather(*other, *same, *different)

    assert len({answer.json()["id"] for answer in answers[5:10]}) == 1
    assert [answer.status_code for answer in answers[10:]] == [422, 422]
    assert await desk.head() == 6
