"""Registering, signing in, and who one is."""

import unicodedata

import pytest

from tests.drivers import PASSWORD, Instance, Person, refused


async def test_whoever_registers_is_signed_in(server: Instance) -> None:
    response = await server.ask(
        "POST",
        "/auth/register",
        {"email": "zoe-registers@example.com", "password": PASSWORD, "name": "Zoë"},
    )

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    signed_in = response.json()
    assert signed_in["token_type"] == "Bearer"
    assert signed_in["expires_in"] == 15 * 60
    assert signed_in["user"]["name"] == "Zoë"
    assert signed_in["user"].keys() == {"id", "email", "name", "created_at"}
    zoe = Person(server, signed_in)
    assert (await zoe.get("/auth/me")).json() == signed_in["user"]


async def test_signing_in_with_the_password_gives_fresh_tokens(
    server: Instance, ana: Person
) -> None:
    again = await server.sign_in(ana.email)

    assert again.signed_in["user"] == ana.signed_in["user"]
    assert again.token != ana.token
    assert again.refresh_token != ana.refresh_token
    assert (await again.get("/auth/me")).status_code == 200


@pytest.mark.parametrize("variant", [str.upper, lambda email: unicodedata.normalize("NFD", email)])
async def test_an_address_has_one_account_however_it_is_written(server: Instance, variant) -> None:
    email = unicodedata.normalize("NFC", f"josé-{id(variant)}@example.com")
    jose = await server.sign_up("José", email)

    again = {"email": variant(email), "password": PASSWORD, "name": "Another"}
    refused(await server.ask("POST", "/auth/register", again), 409)

    assert (await server.sign_in(variant(email))).id == jose.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"password": "x" * 1001}, "password"),
        ({"password": None}, "password"),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"is_admin": True}, "is_admin"),
    ],
)
async def test_what_is_wrong_with_a_registration_is_named(
    over_sqlite: Instance, change, field
) -> None:
    registration = {"email": "ben@example.com", "password": PASSWORD, "name": "Ben"} | change

    refused(await over_sqlite.ask("POST", "/auth/register", registration), 422, field)


@pytest.mark.parametrize("missing", ["email", "password", "name"])
async def test_a_field_left_out_of_a_registration_is_named(
    over_sqlite: Instance, missing: str
) -> None:
    registration = {"email": "ben@example.com", "password": PASSWORD, "name": "Ben"}
    del registration[missing]

    refused(await over_sqlite.ask("POST", "/auth/register", registration), 422, missing)


async def test_every_byte_of_a_long_password_counts(server: Instance) -> None:
    start = "ö" * 36  # 72 bytes, which is all that bcrypt reads
    one = await server.sign_up("Ana", password=f"{start}one")

    wrong = {"email": one.email, "password": f"{start}two"}
    refused(await server.ask("POST", "/auth/login", wrong), 401)
    refused(await server.ask("POST", "/auth/login", wrong | {"password": start}), 401)

    assert (await server.sign_in(one.email, f"{start}one")).id == one.id


async def test_a_nul_in_a_password_does_not_end_it(server: Instance) -> None:
    ana = await server.sign_up("Ana", password="eight ch\0one")

    wrong = {"email": ana.email, "password": "eight ch\0two"}
    refused(await server.ask("POST", "/auth/login", wrong), 401)

    assert (await server.sign_in(ana.email, "eight ch\0one")).id == ana.id


async def test_an_unknown_address_is_refused_in_the_words_of_a_wrong_password(
    server: Instance, ana: Person
) -> None:
    wrong = await server.ask("POST", "/auth/login", {"email": ana.email, "password": "not this"})
    unknown = await server.ask(
        "POST", "/auth/login", {"email": "nobody@example.com", "password": PASSWORD}
    )

    assert refused(wrong, 401) == refused(unknown, 401)
    assert wrong.headers["www-authenticate"] == unknown.headers["www-authenticate"]


async def test_no_answer_shows_a_password_or_its_hash(server: Instance, ana: Person) -> None:
    desk = await ana.new_workspace()

    for path in ("/auth/me", f"{desk.path}/members", f"{desk.path}/changes", "/tokens"):
        text = (await ana.get(path)).text
        assert "password" not in text
        assert "$2" not in text
