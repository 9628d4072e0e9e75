"""Who is here, and what they look at."""

from tests.drivers import Desk
from tests.services import eventually


def entry(desk: Desk, *, viewing=None, editing=None, sessions: int = 1):
    person = desk.person
    return {
        "id": person.id,
        "name": person.name,
        "viewing": viewing,
        "editing": editing,
        "sessions": sessions,
    }


async def test_people_see_each_other_come_and_go(desk: Desk) -> None:
    ben = await desk.admit_new("viewer", "Ben")
    hers = await desk.open_board()

    his = await ben.open_board()

    assert await hers.person("joined", ben.person.id) == entry(ben)
    await his.ping()
    assert his.presence[0]["users"] == [entry(desk), entry(ben)]

    await his.close()

    assert (await hers.person("left", ben.person.id))["id"] == ben.person.id


async def test_people_see_what_others_look_at_and_write_in(desk: Desk) -> None:
    ben = await desk.admit_new("editor", "Ben")
    client = await desk.create_client()
    hers, his = await desk.open_board(), await ben.open_board()
    editing = {"client_id": client["id"], "field": "notes"}

    await his.show(viewing=client["id"], editing=editing)

    shown = await hers.person("updated", ben.person.id)
    assert shown == entry(ben, viewing=client["id"], editing=editing)
    late = await desk.open_board()
    await late.ping()
    assert shown in late.presence[0]["users"]

    await his.show()

    await eventually(lambda: hers.presence[-1].get("updated") == entry(ben))


async def test_a_person_with_two_tabs_is_one_person(desk: Desk) -> None:
    ben = await desk.admit_new("viewer", "Ben")
    hers = await desk.open_board()
    first = await ben.open_board()
    second = await ben.open_board()
    await second.ping()
    assert entry(ben, sessions=2) in second.presence[0]["users"]

    await second.show(viewing="my-own-id_0001")
    assert (await hers.person("updated", ben.person.id))["viewing"] == "my-own-id_0001"
    await second.close()
    await eventually(lambda: hers.presence[-1].get("updated", {}).get("viewing", 0) is None)
    assert not any("left" in frame for frame in hers.presence)

    await first.close()

    await hers.person("left", ben.person.id)
    joined = [
        frame for frame in hers.presence if frame.get("joined", {}).get("id") == ben.person.id
    ]
    assert len(joined) == 1


async def test_a_connection_that_breaks_is_seen_as_leaving(desk: Desk) -> None:
    ben = await desk.admit_new("viewer", "Ben")
    hers, his = await desk.open_board(), await ben.open_board()
    await hers.person("joined", ben.person.id)

    await his.drop()

    await hers.person("left", ben.person.id)


async def test_presence_is_no_change_of_the_log(desk: Desk) -> None:
    board = await desk.open_board()
    await board.show(viewing="my-own-id_0001")
    await board.person("updated", desk.person.id)

    assert await desk.head() == 0
