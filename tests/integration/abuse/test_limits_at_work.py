"""Who asks too much is refused in the standard's words, and everybody else is served."""

import asyncio
import contextlib

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime.session import FLOOD_REST_S
from server.limits import Limits
from tests.drivers import Instance, NotWelcome, check_problem, refused
from tests.integration.abuse.conftest import Place
from tests.services import RedisServer, ServerProcess, eventually

LIMITS = Limits()
PER_CENT = 0.01


def few(count: int) -> int:
    return int(count * PER_CENT)


async def refusals(instance: Instance) -> dict[str, float]:
    text = (await instance.http.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = families["clientflow_rate_limited"].samples
    return {sample.labels["policy"]: sample.value for sample in samples}


async def test_reads_beyond_the_limit_get_429_and_its_headers(place: Place) -> None:
    desk = await place.desk()
    allowed = few(LIMITS.rates.read_user.count)
    answers = [await desk.get() for _ in range(allowed + 30)]

    first, last = answers[0], answers[-1]
    assert first.headers["RateLimit-Policy"] == f'"read-user";q={allowed};w=20'
    assert first.headers["RateLimit"] == f'"read-user";r={allowed - 1};t=1'
    problem = refused(last, 429)
    assert int(last.headers["Retry-After"]) == problem["retry_after"] >= 1
    assert last.headers["RateLimit"].startswith('"read-user";r=0;t=')
    assert (await refusals(place.instance))["read-user"] >= 1


async def test_a_refusal_for_another_reason_tells_what_is_left_too(place: Place) -> None:
    desk = await place.desk()
    answer = await desk.post("/clients", {"nam": "Acme"})
    refused(answer, 422)
    assert answer.headers["RateLimit"].startswith('"write-user";r=')


async def test_accounts_are_made_so_often_from_one_address(place: Place, elsewhere: Place) -> None:
    for _ in range(few(LIMITS.rates.register_address.count)):
        await place.sign_up()

    body = {"email": "one@example.com", "password": "correct horse battery", "name": "One"}
    answer = await place.instance.ask("POST", "/auth/register", body, headers=place.headers)

    refused(answer, 429)
    await elsewhere.sign_up()


async def test_nobody_claims_another_address_who_is_no_proxy(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("direct") / "clientflow.db"
    settings = {"RATE_LIMITS": "0.01", "FORWARDED_ALLOW_IPS": "10.0.0.0/8"}
    with ServerProcess(f"sqlite:///{file}", settings=settings) as process:
        async with Instance(process) as instance:
            places = [Place(instance, f"198.18.9.{number}") for number in range(1, 10)]
            for place in places[: few(LIMITS.rates.register_address.count)]:
                await place.sign_up()
            with pytest.raises(AssertionError, match="429"):
                await places[-1].sign_up()


async def test_strangers_use_nothing_up_of_a_workspace(place: Place, elsewhere: Place) -> None:
    desk = await place.desk()
    for _ in range(5):
        stranger = desk.of(await elsewhere.sign_up("Stranger"))
        for _ in range(4):
            answer = await stranger.post("/invites", {"role": "viewer"})
            assert answer.status_code in (404, 429)

    assert (await desk.post("/invites", {"role": "viewer"})).status_code == 201


# Sockets


async def test_one_address_has_so_many_sockets_that_say_no_hello(
    place: Place, elsewhere: Place
) -> None:
    desk = await place.desk()
    silent = [
        await desk.connect(headers=place.headers)
        for _ in range(few(LIMITS.max_greetings_per_address))
    ]

    with pytest.raises(InvalidStatus) as refusal:
        await desk.connect(headers=place.headers)

    response = refusal.value.response
    assert response.status_code == 429
    assert response.headers["Content-Type"] == "application/problem+json"
    assert int(response.headers["Retry-After"]) >= 1
    assert await (await desk.connect(headers=elsewhere.headers)).hello(desk.person.token)
    await silent[0].hello(desk.person.token)
    await desk.connect(headers=place.headers)


async def test_one_user_has_so_many_sockets_wherever_they_come_from(
    place: Place, elsewhere: Place
) -> None:
    desk = await place.desk()
    ben = await desk.admit(await elsewhere.sign_up("Ben"), "viewer")
    boards = [await desk.connect(headers=place.headers) for _ in range(5)]
    boards += [await desk.connect(headers=elsewhere.headers) for _ in range(5)]
    for board in boards:
        await board.hello(desk.person.token)

    one_more = await desk.connect(headers=elsewhere.headers)
    with pytest.raises(NotWelcome) as refusal:
        await one_more.hello(desk.person.token)

    assert refusal.value.code == 4029
    assert check_problem(refusal.value.errors[0], 429)["retry_after"] >= 1
    assert await (await desk.connect(headers=elsewhere.headers)).hello(ben.person.token)
    await boards[0].close()
    await asyncio.sleep(0)
    again = await desk.connect(headers=place.headers)
    await again.hello(desk.person.token)


async def test_a_flood_over_several_sockets_is_one_flood_and_its_user_has_to_rest(
    place: Place, elsewhere: Place
) -> None:
    desk = await place.desk()
    ben = await desk.admit(await elsewhere.sign_up("Ben"), "editor")
    bens = await ben.connect(headers=elsewhere.headers)
    await bens.hello(ben.person.token)
    boards = [await desk.connect(headers=place.headers) for _ in range(4)]
    for board in boards:
        await board.hello(desk.person.token)

    with contextlib.suppress(ConnectionClosed):
        for _ in range(few(LIMITS.rates.frame_user.count) * 3):
            for board in boards:
                await board.say('{"type":"ping"}')

    await eventually(lambda: any(board.close_code == 4029 for board in boards))
    flooding = next(board for board in boards if board.close_code == 4029)
    assert check_problem(await flooding.error(), 429)["retry_after"] == FLOOD_REST_S
    back = await desk.connect(headers=place.headers)
    with pytest.raises(NotWelcome) as refusal:
        await back.hello(desk.person.token)
    assert refusal.value.code == 4029
    assert 1 <= check_problem(refusal.value.errors[0], 429)["retry_after"] <= FLOOD_REST_S
    assert (await bens.command("client.create", data={"name": "Acme"})).status == 200


async def test_commands_of_the_channel_and_of_rest_are_counted_together(place: Place) -> None:
    desk = await place.desk()
    for _ in range(few(LIMITS.rates.invite_user.count)):
        assert (await desk.post("/invites", {"role": "viewer"})).status_code == 201
    board = await desk.connect(headers=place.headers)
    await board.hello(desk.person.token)

    answer = await board.command("invite.create", data={"role": "viewer"})

    assert check_problem(answer.problem, 429)["retry_after"] >= 1
    assert (await board.command("client.create", data={"name": "Acme"})).status == 200


# Several instances


async def test_a_guesser_gains_nothing_by_asking_several_instances_with_redis_or_after_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("guessing")
    wrong = {"email": "ana@example.com", "password": "a wrong password"}
    allowed = LIMITS.rates.login_pair.count
    with (
        RedisServer() as redis,
        # What is counted is the same for an account that there is not, in whatever database.
        ServerProcess(f"sqlite:///{folder}/a.db", redis.url, {"RATE_LIMITS": "on"}) as a,
        ServerProcess(f"sqlite:///{folder}/b.db", redis.url, {"RATE_LIMITS": "on"}) as b,
    ):
        async with Instance(a) as first, Instance(b) as second:

            async def guess(instance: Instance) -> int:
                return (await instance.ask("POST", "/auth/login", wrong)).status_code

            turns = [await guess((first, second)[turn % 2]) for turn in range(allowed + 6)]
            assert turns == [401] * allowed + [429] * 6

            redis.stop()
            alone = [await guess(first) for _ in range(allowed)]
            assert alone == [401] * (allowed // 2) + [429] * (allowed // 2)
            assert "Redis does not answer: each instance counts for itself" in a.log
