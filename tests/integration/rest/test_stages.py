"""The board's columns."""

import pytest

from tests.drivers import Desk, refused


async def keys(desk: Desk) -> list[str]:
    stages = await desk.stages()
    assert [stage["position"] for stage in stages] == list(range(len(stages)))
    return [stage["key"] for stage in stages]


async def test_a_new_stage_stands_last_and_takes_its_key_from_its_name(desk: Desk) -> None:
    response = await desk.post("/stages", {"name": "Später, vielleicht"})

    assert response.status_code == 201
    stage = response.json()
    assert stage.keys() == {"id", "key", "name", "color", "position", "version"}
    assert (stage["key"], stage["position"], stage["version"]) == ("spater-vielleicht", 5, 1)
    assert (await desk.get(f"/stages/{stage['id']}")).json() == stage
    assert (await keys(desk))[-1] == "spater-vielleicht"
    assert (await desk.create_client(stage="spater-vielleicht"))["stage"] == "spater-vielleicht"


async def test_a_stage_may_choose_its_key_colour_and_place(desk: Desk) -> None:
    draft = {"name": "First", "key": "first_1", "color": "#ABCDEF", "position": 0}

    stage = (await desk.post("/stages", draft)).json()

    assert {name: stage[name] for name in draft} == draft
    assert await keys(desk) == ["first_1", "lead", "contacted", "proposal", "won", "lost"]


async def test_stages_are_moved_renamed_and_recoloured(desk: Desk) -> None:
    board = await desk.open_board()
    won = await desk.stage("won")

    response = await desk.patch(
        f"/stages/{won['id']}", {"name": "Closed", "color": "#000000", "position": 1}
    )

    assert response.status_code == 200
    stage = response.json()
    assert (stage["key"], stage["name"], stage["color"]) == ("won", "Closed", "#000000")
    assert await keys(desk) == ["lead", "won", "contacted", "proposal", "lost"]
    await board.changes_up_to(await desk.head())
    replayed = {stage["id"]: stage for stage in [won]}
    for change in board.changes:
        if change["id"] == won["id"]:
            replayed[won["id"]] = replayed[won["id"]] | change["data"]
    assert replayed[won["id"]] | {"version": stage["version"]} == stage


async def test_a_place_beyond_the_end_is_the_end(desk: Desk) -> None:
    lead = await desk.stage("lead")

    await desk.patch(f"/stages/{lead['id']}", {"position": 1000})

    assert (await keys(desk))[-1] == "lead"


async def test_an_empty_stage_can_be_deleted(desk: Desk) -> None:
    won = await desk.stage("won")
    board = await desk.open_board()

    assert (await desk.delete(f"/stages/{won['id']}")).status_code == 204

    assert await keys(desk) == ["lead", "contacted", "proposal", "lost"]
    change = await board.next_change()
    assert (change["entity"], change["op"], change["id"]) == ("stage", "deleted", won["id"])
    refused(await desk.get(f"/stages/{won['id']}"), 404)
    refused(await desk.delete(f"/stages/{won['id']}"), 404)
    refused(await desk.post("/clients", {"name": "Acme", "stage": "won"}), 422, "stage")


async def test_a_stage_that_holds_clients_is_deleted_only_when_another_takes_them(
    desk: Desk,
) -> None:
    won = await desk.stage("won")
    first, second = await desk.create_clients(2, stage="won")
    there = await desk.create_client(stage="lost")
    path = f"/stages/{won['id']}"

    refused(await desk.delete(path), 409)
    refused(await desk.delete(path, params={"move_to": "nowhere"}), 422, "move_to")
    refused(await desk.delete(path, params={"move_to": "won"}), 422, "move_to")
    assert "won" in await keys(desk)

    assert (await desk.delete(path, params={"move_to": "lost"})).status_code == 204

    in_order = [client["id"] for client in await desk.clients(stage="lost")]
    assert in_order == [there["id"], first["id"], second["id"]]
    assert [client["version"] for client in await desk.clients(stage="lost")] == [1, 2, 2]


async def test_a_board_keeps_its_last_stage(desk: Desk) -> None:
    stages = await desk.stages()
    for stage in stages[1:]:
        assert (await desk.delete(f"/stages/{stage['id']}")).status_code == 204

    refused(await desk.delete(f"/stages/{stages[0]['id']}"), 409)


async def test_a_key_stands_for_one_stage(desk: Desk) -> None:
    refused(await desk.post("/stages", {"name": "Won"}), 409)
    refused(await desk.post("/stages", {"name": "Another", "key": "won"}), 409)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "漢字"}, "key"),
        ({"name": "X", "key": "Not A Key"}, "key"),
        ({"name": "X", "key": "x" * 41}, "key"),
        ({"name": "X", "color": "red"}, "color"),
        ({"name": "X", "color": "#12345"}, "color"),
        ({"name": "X", "position": -1}, "position"),
        ({"name": "X", "position": 1001}, "position"),
        ({"name": "X", "position": "last"}, "position"),
        ({"name": "X", "size": 1}, "size"),
    ],
)
async def test_what_is_wrong_with_a_stage_is_named(lone_desk: Desk, draft, field: str) -> None:
    refused(await lone_desk.post("/stages", draft), 422, field)


async def test_a_key_is_for_ever(desk: Desk) -> None:
    won = await desk.stage("won")

    refused(await desk.patch(f"/stages/{won['id']}", {"key": "gained"}), 422, "key")


async def test_a_board_has_at_most_fifty_stages(desk: Desk) -> None:
    for number in range(45):
        assert (await desk.post("/stages", {"name": f"Stage {number}"})).status_code == 201

    refused(await desk.post("/stages", {"name": "One too many"}), 409)


async def test_a_stage_that_has_changed_meanwhile_is_left_alone_by_who_asked_for_its_version(
    desk: Desk,
) -> None:
    path = f"/stages/{(await desk.stage('lead'))['id']}"
    tag = (await desk.get(path)).headers["etag"]
    await desk.patch(path, {"name": "Hot"})

    refused(await desk.patch(path, {"name": "Cold"}, headers={"If-Match": tag}), 412)

    assert (await desk.stage("lead"))["name"] == "Hot"
