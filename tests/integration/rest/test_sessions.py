"""Access and refresh tokens: what is accepted, and for how long."""

import asyncio

import pytest

from tests.drivers import Instance, Person, forged_token, refused


async def refresh(server: Instance, refresh_token: str, key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    body = {"refresh_token": refresh_token}
    return await server.ask("POST", "/auth/refresh", body, headers=headers)


async def test_a_refresh_token_is_exchanged_for_the_next(server: Instance, ana: Person) -> None:
    response = await refresh(server, ana.refresh_token)

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    renewed = Person(server, response.json())
    assert renewed.signed_in.keys() == ana.signed_in.keys()
    assert renewed.refresh_token != ana.refresh_token
    assert (await renewed.get("/auth/me")).json() == ana.signed_in["user"]
    assert (await refresh(server, renewed.refresh_token)).status_code == 200


async def test_a_refresh_token_used_twice_ends_its_whole_family(
    server: Instance, ana: Person
) -> None:
    second = (await refresh(server, ana.refresh_token)).json()["refresh_token"]
    newest = (await refresh(server, second)).json()["refresh_token"]

    refused(await refresh(server, ana.refresh_token), 401)

    refused(await refresh(server, newest), 401)
    refused(await refresh(server, second), 401)


async def test_another_sign_in_outlives_a_family_that_was_ended(
    server: Instance, ana: Person
) -> None:
    elsewhere = await server.sign_in(ana.email)
    await refresh(server, ana.refresh_token)
    refused(await refresh(server, ana.refresh_token), 401)

    assert (await refresh(server, elsewhere.refresh_token)).status_code == 200


async def test_of_two_exchanges_at_once_one_succeeds_and_the_family_ends(
    server: Instance, ana: Person
) -> None:
    answers = await asyncio.gather(*(refresh(server, ana.refresh_token) for _ in range(5)))

    granted = [answer for answer in answers if answer.status_code == 200]
    assert len(granted) == 1
    assert {answer.status_code for answer in answers} == {200, 401}
    refused(await refresh(server, granted[0].json()["refresh_token"]), 401)


async def test_signing_out_ends_the_session_and_may_be_repeated(
    server: Instance, ana: Person
) -> None:
    renewed = (await refresh(server, ana.refresh_token)).json()["refresh_token"]

    for _ in range(2):
        response = await server.ask("POST", "/auth/logout", {"refresh_token": renewed})
        assert (response.status_code, response.content) == (204, b"")

    refused(await refresh(server, renewed), 401)


@pytest.mark.parametrize("token", ["", "not a token", "x" * 200, "\0"])
async def test_a_refresh_token_that_was_never_given_is_refused(
    server: Instance, token: str
) -> None:
    refused(await refresh(server, token), 401)


async def test_an_access_token_is_no_refresh_token(server: Instance, ana: Person) -> None:
    response = await refresh(server, ana.token)

    assert response.status_code in (401, 422)


async def test_the_tests_can_make_tokens_that_the_server_accepts(
    server: Instance, ana: Person
) -> None:
    """Without this the refusals below would prove nothing."""
    script = ana.with_token(forged_token(ana.id, sid=ana.session_id))

    assert (await script.get("/auth/me")).json()["id"] == ana.id


@pytest.mark.parametrize(
    "flaw",
    [
        {"expires_in_s": -60},
        {"key": None, "algorithm": "none"},
        {"key": "another secret, just as long as the right one"},
        {"algorithm": "HS384"},
        {"iss": "somebody else"},
        {"aud": "something else"},
        {"aud": None},
        {"exp": None},
        {"sid": None},
        {"sid": "never begun"},
        {"sub": None},
        {"sub": "nobody"},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
async def test_a_flawed_access_token_is_refused(server: Instance, ana: Person, flaw) -> None:
    claims = {"user_id": ana.id, "sid": ana.session_id} | flaw
    stranger = ana.with_token(forged_token(**claims))

    response = await stranger.get("/auth/me")

    refused(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "cfp_x", "Bearer cfp_x"],
)  # fmt: skip
async def test_whoever_brings_no_token_is_asked_for_one(server: Instance, authorization) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = await server.ask("GET", "/auth/me", headers=headers)

    refused(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_the_scheme_of_a_token_may_be_written_in_any_case(
    server: Instance, ana: Person
) -> None:
    response = await server.ask("GET", "/auth/me", headers={"Authorization": f"bearer {ana.token}"})

    assert response.status_code == 200


async def test_who_lost_the_answer_asks_again_under_the_same_key_and_gets_the_same_token(
    server: Instance, ana: Person
) -> None:
    first = await refresh(server, ana.refresh_token, key="reload-1")
    again = await refresh(server, ana.refresh_token, key="reload-1")

    assert again.status_code == 200
    assert again.json()["refresh_token"] == first.json()["refresh_token"]
    assert (await refresh(server, again.json()["refresh_token"])).status_code == 200


@pytest.mark.parametrize("key", [None, "another"])
async def test_a_thief_who_does_not_know_the_key_ends_the_family(
    server: Instance, ana: Person, key: str | None
) -> None:
    newest = (await refresh(server, ana.refresh_token, key="mine")).json()["refresh_token"]

    refused(await refresh(server, ana.refresh_token, key=key), 401)

    refused(await refresh(server, newest), 401)


async def test_a_key_helps_no_longer_once_the_token_it_gave_was_used(
    server: Instance, ana: Person
) -> None:
    newest = (await refresh(server, ana.refresh_token, key="mine")).json()["refresh_token"]
    await refresh(server, newest)

    refused(await refresh(server, ana.refresh_token, key="mine"), 401)
