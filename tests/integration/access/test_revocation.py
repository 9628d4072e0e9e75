"""Whoever is put out is out everywhere within two seconds: over Redis, and over Postgres alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.drivers import Instance, NotWelcome, Person
from tests.drivers.person import PASSWORD
from tests.integration.access.acts import ACTS, BY_TOKEN, Scene, new_scene
from tests.integration.access.told import told
from tests.services import eventually

Pair = tuple[Instance, Instance]
FOLLOWED_S = 2.0


@pytest.fixture
async def scene(instances: Pair) -> Scene:
    return await new_scene(instances[0])


async def answers(person: Person, path: str, status: int) -> bool:
    return (await person.get(path)).status_code == status


@pytest.mark.parametrize("name", ACTS)
async def test_channels_and_requests_end_at_both_instances(instances: Pair, name: str) -> None:
    act = ACTS[name]
    scene = await new_scene(instances[0], by_token=name in BY_TOKEN)
    path = scene.desk.path
    boards = [await scene.desk.at(instance).open_board() for instance in instances]
    for instance in instances:  # each remembers who it was
        assert await answers(scene.ben.at(instance), path, 200)

    await act.carry_out(scene)

    began = time.monotonic()
    assert await answers(scene.ben, path, act.status), "this instance did not follow at once"
    for board in boards:
        assert await board.closed(FOLLOWED_S) == act.code
    await eventually(
        partial(answers, scene.ben.at(instances[1]), path, act.status), timeout=FOLLOWED_S
    )
    assert time.monotonic() - began < FOLLOWED_S
    for instance in instances:
        with pytest.raises(NotWelcome) as refusal:
            await scene.desk.at(instance).open_board()
        assert refusal.value.code == act.code


@pytest.mark.parametrize(
    "name", ["sign out", "end the session from elsewhere", "change the password"]
)
async def test_another_session_of_the_same_person_goes_on(
    instances: Pair, scene: Scene, name: str
) -> None:
    board = await scene.ana.of(scene.elsewhere).at(instances[1]).open_board()
    hers = await scene.ana.at(instances[1]).open_board()
    his = await scene.desk.at(instances[1]).open_board()

    await ACTS[name].carry_out(scene)

    assert await his.closed(FOLLOWED_S) == 4401
    for other in (board, hers):
        await other.ping()
        assert other.is_open
    assert await answers(scene.elsewhere.at(instances[1]), "/auth/me", 200)


async def test_a_channel_ends_with_the_session_that_it_was_renewed_with(
    instances: Pair, scene: Scene
) -> None:
    """And no longer with the one that it was opened with."""
    board = await scene.desk.at(instances[1]).open_board()
    await board.say({"type": "auth", "token": scene.elsewhere.token})
    await board.ping()

    await ACTS["sign out"].carry_out(scene)
    await asyncio.sleep(0)
    assert await answers(scene.ben, "/auth/me", 401)
    await board.ping()
    assert board.is_open

    body = {"refresh_token": scene.elsewhere.refresh_token}
    await instances[0].ask("POST", "/auth/logout", body)
    assert await board.closed(FOLLOWED_S) == 4401


async def test_nobody_slips_in_while_the_session_ends(instances: Pair, scene: Scene) -> None:
    for _ in range(10):
        ben = await instances[0].sign_in(scene.ben.email)
        opening, _ = await asyncio.gather(
            scene.ana.of(ben).at(instances[1]).open_board(),
            ACTS["sign out"].carry_out(Scene(scene.ana, ben, scene.elsewhere)),
            return_exceptions=True,
        )
        code = opening.code if isinstance(opening, NotWelcome) else await opening.closed(FOLLOWED_S)
        assert code == 4401


@pytest.mark.parametrize(("before", "after"), [("editor", "viewer"), ("viewer", "editor")])
async def test_a_changed_role_holds_on_open_channels_at_both_instances(
    instances: Pair, before: str, after: str
) -> None:
    ana = await (await instances[0].sign_up("Ana")).new_workspace()
    ben = await ana.admit_new(before)
    boards = [await ben.at(instance).open_board() for instance in instances]
    may = {"editor": 200, "viewer": 403}
    for board in boards:
        answer = await board.command("client.create", data={"name": "Before"})
        assert answer.status == may[before]
    told_before = await ana.head()

    assert (await ana.patch(f"/members/{ben.person.id}", {"role": after})).status_code == 200

    for board in boards:
        answer = await board.command("client.create", data={"name": "After"})
        assert answer.status == may[after], "the transaction decides by the role of now"
        await board.changes_up_to(told_before + 1, FOLLOWED_S)
        (change,) = [change for change in board.changes if change["seq"] == told_before + 1]
        assert (change["entity"], change["id"]) == ("member", ben.person.id)
        assert change["data"] == {"role": after}
        assert board.is_open


async def test_a_lowered_role_stops_no_reply_of_another(instances: Pair) -> None:
    ana = await (await instances[0].sign_up("Ana")).new_workspace()
    ben = await ana.admit_new("editor")
    board = await ben.at(instances[1]).open_board()
    asked = await ana.post("/assistant/messages", {"prompt": "Tell me about everything"})
    reference = {"message_id": asked.json()["message"]["id"]}

    await ana.patch(f"/members/{ben.person.id}", {"role": "viewer"})

    assert (await board.command("assistant.cancel", data=reference)).status == 403


async def test_the_welcome_tells_the_role_of_now(instances: Pair) -> None:
    """Whichever comes first, the channel is welcomed with it, or told of the change, or sent back."""
    ana = await (await instances[0].sign_up("Ana")).new_workspace()
    ben = (await ana.admit_new("viewer")).at(instances[1])
    await ben.open_board()
    roles = ["editor", "viewer"] * 5

    for role in roles:
        board = await ben.connect()
        opening, _ = await asyncio.gather(
            board.hello(ben.person.token),
            ana.patch(f"/members/{ben.person.id}", {"role": role}),
            return_exceptions=True,
        )
        if isinstance(opening, NotWelcome):
            assert opening.code == 1012
            continue

        async def knows(board=board, role=role, welcome=opening) -> bool:
            told = [change["data"]["role"] for change in board.changes]
            return not board.is_open or (told[-1] if told else welcome["role"]) == role

        await eventually(knows, timeout=FOLLOWED_S)


async def test_who_comes_back_to_the_workspace_comes_in(instances: Pair, scene: Scene) -> None:
    await scene.desk.at(instances[1]).open_board()
    await scene.ana.delete(f"/members/{scene.ben.id}")

    await scene.ana.admit(scene.ben, "viewer")

    board = await scene.desk.at(instances[1]).open_board()
    assert board.welcome is not None
    assert board.welcome["role"] == "viewer"


async def test_a_long_poll_is_not_answered_to_who_was_signed_out_meanwhile(
    instances: Pair, scene: Scene
) -> None:
    there = scene.desk.at(instances[1])
    head = await there.head()
    polling = asyncio.create_task(there.get("/changes", params={"since": head, "wait": 10}))
    await asyncio.wait({polling}, timeout=0.3)
    assert not polling.done(), "the poll waits"

    await ACTS["sign out"].carry_out(scene)
    await eventually(partial(answers, scene.ben.at(instances[1]), "/auth/me", 401))
    await scene.ana.create_client("Secret")

    assert (await polling).status_code == 401


async def test_an_import_stops_when_its_session_ends(instances: Pair, scene: Scene) -> None:
    there, watching = scene.desk.at(instances[1]), await scene.ana.open_board()
    rows = "name\n" + "".join(f"Client {number}\n" for number in range(3_000))
    headers = {"Content-Type": "text/csv"}
    importing = asyncio.create_task(there.post("/import", content=rows.encode(), headers=headers))
    await watching.next_change()

    await ACTS["sign out"].carry_out(scene)

    assert (await importing).status_code == 401
    assert 0 < await scene.ana.head() < 3_000


async def test_a_request_whose_body_comes_after_the_session_has_ended_changes_nothing(
    instances: Pair, scene: Scene
) -> None:
    """Who sends it is known before the body is read."""
    there, ended = scene.desk.at(instances[1]), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"name": '
        await ended.wait()
        yield b'"Secret"}'

    head = await scene.ana.head()
    sending = asyncio.create_task(there.post("/clients", content=slowly()))
    await asyncio.wait({sending}, timeout=0.3)
    await ACTS["sign out"].carry_out(scene)
    await eventually(partial(answers, there.person, "/auth/me", 401), timeout=FOLLOWED_S)
    ended.set()

    assert (await sending).status_code == 401
    assert await scene.ana.head() == head


async def test_the_password_can_be_changed_only_by_who_knows_it(
    instances: Pair, scene: Scene
) -> None:
    new = {"new_password": "another one, as long"}
    wrong = {"current_password": "wrong", **new}
    response = await scene.ben.post("/auth/password", wrong)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "current_password"

    short = {"current_password": PASSWORD, "new_password": "short"}
    response = await scene.ben.post("/auth/password", short)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "new_password"

    script = await scene.ben.personal_token("write")
    right = {"current_password": PASSWORD, **new}
    assert (await script.post("/auth/password", right)).status_code == 403
    assert await answers(scene.elsewhere, "/auth/me", 200), "nothing was changed"


async def test_after_a_password_change_this_session_goes_on_with_new_tokens(
    instances: Pair, scene: Scene
) -> None:
    board = await scene.ana.of(scene.elsewhere).at(instances[1]).open_board()
    script = await scene.ben.personal_token("read")
    body = {"current_password": PASSWORD, "new_password": "another one, as long"}

    response = await scene.elsewhere.post("/auth/password", body)

    assert response.headers["cache-control"] == "no-store"
    changed = Person(instances[0], response.json())
    assert changed.signed_in.keys() == scene.elsewhere.signed_in.keys()
    assert await answers(changed.at(instances[1]), "/auth/me", 200)
    assert await answers(script, "/auth/me", 200), "personal access tokens stay"
    await board.ping()
    assert board.is_open
    renewing = {"refresh_token": changed.refresh_token}
    assert (await instances[1].ask("POST", "/auth/refresh", renewing)).status_code == 200
    old = {"email": scene.ben.email, "password": PASSWORD}
    assert (await instances[1].ask("POST", "/auth/login", old)).status_code == 401
    assert await instances[1].sign_in(scene.ben.email, body["new_password"])


async def test_a_sign_in_with_the_old_password_does_not_outlive_its_change(
    instances: Pair, scene: Scene
) -> None:
    old = {"email": scene.ben.email, "password": PASSWORD}
    body = {"current_password": PASSWORD, "new_password": "another one, as long"}

    changed, *sign_ins = await asyncio.gather(
        scene.elsewhere.post("/auth/password", body),
        *(instances[1].ask("POST", "/auth/login", old) for _ in range(6)),
    )

    assert changed.status_code == 200
    for answer in sign_ins:
        if answer.status_code == 200:
            let_in = Person(instances[1], answer.json())
            await eventually(partial(answers, let_in, "/auth/me", 401), timeout=FOLLOWED_S)


async def test_the_sessions_of_a_person_are_listed_with_what_they_are_used_by(
    instances: Pair, scene: Scene
) -> None:
    listed = (await scene.ben.at(instances[1]).get("/auth/sessions")).json()["items"]

    assert len(listed) == 2
    assert [session["current"] for session in listed].count(True) == 1
    for session in listed:
        assert session["user_agent"] == scene.ben.instance.http.headers["user-agent"]
        assert session["signed_in_at"] <= session["last_used_at"]
    stranger = await instances[0].sign_up("Stranger")
    response = await stranger.delete(f"/auth/sessions/{listed[0]['id']}")
    unknown = await stranger.delete("/auth/sessions/unknown")
    assert response.status_code == 404
    assert told(response) == told(unknown)
