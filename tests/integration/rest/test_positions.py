"""Where a card stands in its column."""

import asyncio

import pytest

from tests.drivers import Desk, Json

TOP_OF_ALL_RANKS = "z" + "z" * 26  # the highest there is without a fraction


async def column(desk: Desk, stage: str = "lead") -> list[Json]:
    """A column from top to bottom; every card has a place of its own."""
    cards = await desk.clients(stage=stage, limit=200)
    positions = [card["position"] for card in cards]
    assert positions == sorted(set(positions))
    return cards


async def test_a_new_card_goes_to_the_end_of_its_column(desk: Desk) -> None:
    created = [await desk.create_client(f"Card {number}") for number in range(3)]

    assert [card["id"] for card in await column(desk)] == [card["id"] for card in created]


async def test_a_card_moved_without_a_place_goes_to_the_end_of_the_other_column(
    desk: Desk,
) -> None:
    there = await desk.create_clients(3, stage="won")
    card = await desk.create_client(stage="lead")

    moved = await desk.update_client(card, stage="won")

    assert [card["id"] for card in await column(desk, "won")] == [
        *[other["id"] for other in there],
        card["id"],
    ]
    assert await column(desk, "lead") == []
    assert (await desk.client(card))["position"] == moved["position"]


async def test_a_card_set_to_the_stage_it_is_in_stays_where_it_is(desk: Desk) -> None:
    first, _, _ = await desk.create_clients(3)

    unmoved = await desk.update_client(first, stage="lead")

    assert unmoved == first


async def test_a_card_goes_to_the_place_it_is_given(desk: Desk) -> None:
    first, _second, third = await desk.create_clients(3, stage="won")
    card = await desk.create_client()
    between = first["position"] + "V"

    moved = await desk.update_client(card, stage="won", position=between)

    assert moved["position"] == between
    assert [other["id"] for other in await column(desk, "won")][:2] == [first["id"], card["id"]]
    assert third["id"] == (await column(desk, "won"))[-1]["id"]


async def test_two_cards_dropped_on_one_place_at_once_are_both_kept(desk: Desk) -> None:
    ben = await desk.admit_new("editor")
    first, second, *others = await desk.create_clients(6)
    place = first["position"] + "V"

    answers = await asyncio.gather(
        *(
            who.patch(f"/clients/{card['id']}", {"position": place})
            for who, card in zip([desk, ben, desk, ben], others, strict=True)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    ids = [card["id"] for card in await column(desk)]
    assert ids[0] == first["id"]
    assert set(ids[1:5]) == {card["id"] for card in others}
    assert ids[5] == second["id"]
    for answer in answers:
        card = answer.json()
        assert (await desk.client(card))["position"] == card["position"], "the answer tells it true"


async def test_the_change_and_the_ack_carry_the_true_place(desk: Desk) -> None:
    first, second = await desk.create_clients(2)
    board = await desk.open_board()

    answer = await board.command(
        "client.update", client_id=second["id"], data={"position": first["position"]}
    )

    assert answer.result["position"] > first["position"]
    change = await board.next_change()
    assert change["data"]["position"] == answer.result["position"]


async def test_two_columns_may_use_the_same_place(desk: Desk) -> None:
    here = await desk.create_client(stage="lead", position="a5")
    there = await desk.create_client(stage="won", position="a5")

    assert (here["position"], there["position"]) == ("a5", "a5")


async def test_a_restored_card_does_not_push_away_the_one_on_its_place(desk: Desk) -> None:
    gone = await desk.create_client(position="a5")
    await desk.delete(f"/clients/{gone['id']}")
    staying = await desk.create_client(position="a5")

    await desk.post(f"/clients/{gone['id']}/restore")

    assert [card["id"] for card in await column(desk)] == [staying["id"], gone["id"]]
    assert (await desk.client(staying))["position"] == "a5"


@pytest.mark.parametrize(
    "rank", [TOP_OF_ALL_RANKS, TOP_OF_ALL_RANKS + "z" * 100, "Zz", "A" + "z" * 26]
)
async def test_there_is_room_behind_any_place(desk: Desk, rank: str) -> None:
    first = await desk.create_client(position=rank)

    cards = [first, *[await desk.create_client(f"Card {number}") for number in range(5)]]

    assert [card["id"] for card in await column(desk)] == [card["id"] for card in cards]


async def test_a_hundred_cards_dropped_behind_the_same_card_stand_in_order(desk: Desk) -> None:
    first, last = await desk.create_clients(2)
    cards = await desk.create_clients(100, stage="won")
    operations = [
        {
            "op": "client.update",
            "client_id": card["id"],
            "data": {"stage": "lead", "position": first["position"]},
        }
        for card in cards
    ]

    response = await desk.post("/clients/bulk", {"operations": operations})

    assert {result["status"] for result in response.json()["results"]} == {200}
    ids = [card["id"] for card in await column(desk)]
    assert (ids[0], ids[-1]) == (first["id"], last["id"])
    assert ids[1:-1] == [card["id"] for card in reversed(cards)], "each goes just behind the first"
