"""Refresh tokens at two instances at once: a session is renewed once, or ended, and never both."""

import asyncio
from functools import partial

import httpx
import pytest

from tests.drivers import Instance, Person
from tests.services import eventually

Pair = tuple[Instance, Instance]


@pytest.fixture
async def ben(instances: Pair) -> Person:
    return await instances[0].sign_up("Ben")


async def refresh(instance: Instance, refresh_token: str, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"refresh_token": refresh_token}
    return await instance.ask("POST", "/auth/refresh", body, headers=headers)


async def is_refused(person: Person) -> bool:
    return (await person.get("/auth/me")).status_code == 401


async def test_of_exchanges_at_both_instances_one_succeeds_and_the_session_ends(
    instances: Pair, ben: Person
) -> None:
    answers = await asyncio.gather(*(refresh(at, ben.refresh_token) for at in instances * 3))

    granted = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(granted) == 1
    assert {answer.status_code for answer in answers} == {200, 401}
    for instance in instances:
        assert (await refresh(instance, granted[0]["refresh_token"])).status_code == 401
        for person in (ben, Person(instance, granted[0])):
            await eventually(partial(is_refused, person.at(instance)), timeout=2)


async def test_under_one_key_both_instances_give_the_same_and_the_session_goes_on(
    instances: Pair, ben: Person
) -> None:
    answers = await asyncio.gather(
        *(refresh(at, ben.refresh_token, key="reload-1") for at in instances * 3)
    )

    assert {answer.status_code for answer in answers} == {200}
    (following,) = {answer.json()["refresh_token"] for answer in answers}
    assert (await refresh(instances[1], following)).status_code == 200
    assert not await is_refused(ben.at(instances[1]))


async def test_a_session_that_is_renewed_while_it_is_ended_is_ended(
    instances: Pair, ben: Person
) -> None:
    for _ in range(10):
        session = await instances[0].sign_in(ben.email)
        body = {"refresh_token": session.refresh_token}

        renewed, ended = await asyncio.gather(
            refresh(instances[0], session.refresh_token),
            instances[1].ask("POST", "/auth/logout", body),
        )

        assert ended.status_code == 204
        assert await is_refused(session.at(instances[1]))
        if renewed.status_code == 200:
            following = Person(instances[0], renewed.json())
            for instance in instances:
                answer = await refresh(instance, following.refresh_token)
                assert answer.status_code == 401, "the next token outlived the session"
                await eventually(partial(is_refused, following.at(instance)), timeout=2)


async def test_two_password_changes_at_once_leave_one_password_and_one_session(
    instances: Pair, ben: Person
) -> None:
    other = await instances[1].sign_in(ben.email)
    wanted = ["the first of two new ones", "the second of two new ones"]

    answers = await asyncio.gather(
        *(
            person.post(
                "/auth/password",
                {"current_password": "correct horse battery staple", "new_password": new},
            )
            for person, new in zip((ben, other), wanted, strict=True)
        )
    )

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1, statuses
    won = statuses.index(200)
    assert statuses[1 - won] in (401, 409, 422)
    kept = Person(instances[0], answers[won].json())
    await instances[0].sign_in(ben.email, wanted[won])
    assert not await is_refused(kept)
    await eventually(partial(is_refused, (other, ben)[won]), timeout=2)
