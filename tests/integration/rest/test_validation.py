"""Bad input: refused with the field's name and what would be right, and the server goes on."""

import json

import pytest

from tests.drivers import Desk, Instance, refused

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"id": "short"}, "id"),
        ({"id": "with spaces in it"}, "id"),
        ({"company": "x" * 201}, "company"),
        ({"email": "no address"}, "email"),
        ({"email": "two@at@example.com"}, "email"),
        ({"phone": ["112"]}, "phone"),
        ({"phone": "1\0"}, "phone"),
        ({"stage": "nowhere"}, "stage"),
        ({"stage": "Not A Key"}, "stage"),
        ({"position": "!"}, "position"),
        ({"position": ""}, "position"),
        ({"position": "zz"}, "position"),
        ({"position": "a00"}, "position"),
        ({"position": "a" * 129}, "position"),
        ({"value": 12}, "value"),
        ({"value": {"amount": 12}}, "value.currency"),
        ({"value": {"amount": "12", "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": 1.5, "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": 2**53, "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": 10**40, "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": 1, "currency": "euro"}}, "value.currency"),
        ({"value": {"amount": 1, "currency": "EUR", "vat": 1}}, "value.vat"),
        ({"owner_id": "nobody"}, "owner_id"),
        ({"owner_id": "\0"}, "owner_id"),
        ({"tags": "vip"}, "tags"),
        ({"tags": ["ok", 1]}, "tags[1]"),
        ({"tags": ["ok", ""]}, "tags[1]"),
        ({"tags": ["x" * 61]}, "tags[0]"),
        ({"tags": [str(n) for n in range(51)]}, "tags"),
        ({"notes": "x" * 20_001}, "notes"),
        ({"notes": "\0"}, "notes"),
        ({"next_action_at": "tomorrow"}, "next_action_at"),
        ({"next_action_at": "2027-02-30T00:00:00Z"}, "next_action_at"),
        ({"next_action_at": "2027-02-03T09:30:00"}, "next_action_at"),
        ({"next_action_at": 1_800_000_000}, "next_action_at"),
        ({"next_action_at": "9999-12-31T23:59:59-14:00"}, "next_action_at"),
        ({"next_action_at": "0001-01-01T00:00:00+14:00"}, "next_action_at"),
        ({"custom": []}, "custom"),
        ({"custom": {"a": {"b": 1}}}, "custom[...]"),
        ({"custom": {"a": [1]}}, "custom[...]"),
        ({"custom": {"a": 10**40}}, "custom[...]"),
        ({"custom": {"a": "\0"}}, "custom[...]"),
        ({"custom": {str(n): n for n in range(51)}}, "custom"),
        ({"nickname": "Al"}, "nickname"),
        ({"version": 7}, "version"),
        ({"created_by": "me"}, "created_by"),
    ],
)
async def test_what_is_wrong_with_a_client_is_named(lone_desk: Desk, change, field: str) -> None:
    refused(await lone_desk.post("/clients", {"name": "Acme"} | change), 422, field)

    assert await lone_desk.head() == 0


async def test_a_refusal_says_what_would_be_right(desk: Desk) -> None:
    async def message(change: dict[str, object]) -> str:
        problem = refused(await desk.post("/clients", {"name": "Acme"} | change), 422)
        return str(problem["errors"][0]["message"])

    assert "ana@example.com" in await message({"email": "no address"})
    assert "EUR" in await message({"value": {"amount": 1, "currency": "euro"}})
    assert "200" in await message({"name": "x" * 201})
    assert "9007199254740991" in await message({"value": {"amount": 2**60, "currency": "EUR"}})
    assert "/stages" in await message({"stage": "nowhere"})
    assert "There is no such field" in await message({"nickname": "Al"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "Acme"} and more',
        b"{\"name\": 'Acme'}",
        b'{"name": "Acme",}',
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\udc00\\ud800"}',
        b'{"name": "a\nb"}',
        b"\xef\xbb\xbf{}",
        b"\x00",
        b"<client/>",
        b"name=Acme",
    ],
)
async def test_what_is_no_json_is_refused(lone_desk: Desk, body: bytes) -> None:
    refused(await lone_desk.ask("POST", "/clients", content=body, headers=JSON), 400)

    assert await lone_desk.head() == 0


@pytest.mark.parametrize("body", [b"null", b"7", b'"Acme"', b"[]", b"true"])
async def test_json_that_is_no_object_is_refused(lone_desk: Desk, body: bytes) -> None:
    refused(await lone_desk.ask("POST", "/clients", content=body, headers=JSON), 422)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"custom": ' * 50_000,
        b'{"name": "Acme", "surprise": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": "Acme", "custom": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        b'{"name": "Acme", "custom": {"a": ' + b"9" * 500_000 + b"}}",
        b'{"name": "Acme", "custom": {"a": 1e999}}',
        b'{"name": "Acme", "value": {"amount": ' + b"9" * 500_000 + b', "currency": "EUR"}}',
    ],
    ids=["open lists", "open objects", "deep unknown", "deep known", "long number", "1e999",
         "long amount"],
)  # fmt: skip
async def test_monstrous_json_is_refused_and_the_server_goes_on(desk: Desk, body: bytes) -> None:
    response = await desk.ask("POST", "/clients", content=body, headers=JSON)

    assert response.status_code in (400, 422)
    refused(response, response.status_code)
    assert (await desk.create_client())["version"] == 1


async def test_a_body_over_the_limit_is_refused(desk: Desk) -> None:
    too_much = json.dumps({"name": "Acme", "notes": "x" * 1024 * 1024}).encode()

    refused(await desk.ask("POST", "/clients", content=too_much, headers=JSON), 413)

    async def endless():
        for _ in range(40):
            yield b" " * 64 * 1024

    refused(await desk.ask("POST", "/clients", content=endless(), headers=JSON), 413)
    assert await desk.head() == 0


@pytest.mark.parametrize(
    "text",
    [
        "z\u0323\u0307",
        "👩‍👩‍👧",
        "مرحبا",
        "\u202eevil",
        "a\tb",
        "' OR 1=1 --",
        "<script>",
        "\x7f",
        "\ufffe",
    ],
)
async def test_any_text_comes_back_as_it_was_sent(desk: Desk, text: str) -> None:
    client = await desk.create_client(name=text, notes=text, tags=[text], custom={text: text})

    assert await desk.client(client) == client
    assert (client["name"], client["custom"]) == (text, {text: text})


async def test_the_largest_and_smallest_numbers_come_back_as_they_were_sent(desk: Desk) -> None:
    most = 2**53 - 1
    for amount in (most, -most, 0):
        custom = {"whole": amount, "real": 1.7976931348623157e308, "small": 5e-324}
        client = await desk.create_client(
            value={"amount": amount, "currency": "EUR"}, custom=custom
        )
        stored = await desk.client(client)
        assert stored["value"]["amount"] == amount
        assert stored["custom"] == custom


async def test_the_first_and_last_times_come_back_as_they_were_sent(desk: Desk) -> None:
    times = ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"]
    for moment in times:
        await desk.create_client(next_action_at=moment)

    seen, cursor = [], {}
    for _ in times:
        query = {"sort": "next_action_at", "limit": 1} | cursor
        page = (await desk.get("/clients", params=query)).json()
        seen += [client["next_action_at"] for client in page["items"]]
        cursor = {"cursor": page["next_cursor"]}

    assert seen == times
    assert cursor == {"cursor": None}


@pytest.mark.parametrize("path", ["/nowhere", "/workspaces/x/nowhere", "//workspaces", "/"])
async def test_an_unknown_path_is_not_found(desk: Desk, path: str) -> None:
    refused(await desk.person.get(path), 404)


async def test_nothing_that_is_refused_is_told_as_a_web_page(server: Instance, desk: Desk) -> None:
    for response in (
        await server.http.get("/nowhere"),
        await server.http.post("/healthz"),
        await server.http.get("/static/nothing.js"),
        await server.http.get(f"/ws/workspaces/{desk.workspace_id}"),
    ):
        refused(response, response.status_code)
        assert response.status_code in (404, 405)
