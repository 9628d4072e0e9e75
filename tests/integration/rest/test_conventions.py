"""What holds of HTTP for every endpoint, walked off the registry."""

import collections
import gzip
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from server.api.registry import ENDPOINTS
from tests.drivers import Desk, Instance, Person, refused
from tests.integration.assistant.asking import answer
from tests.integration.rest.test_every_route import HOOK, body_of

JSON_GETS = [one for one in ENDPOINTS if one.conditional]
IN_WORKSPACES = [one for one in JSON_GETS if "{" in one.path]
WITH_JSON_BODY = [one for one in ENDPOINTS if one.body is not None]
LISTS = [one for one in JSON_GETS if "Link" in one.answer_headers]
PATHS = sorted({one.path for one in ENDPOINTS})


@pytest.fixture
async def ids(lone_desk: Desk) -> collections.defaultdict[str, str]:
    """What stands in Ana's workspace, by the names that paths have for it; "x" for what is not there."""
    client = await lone_desk.create_client()
    await lone_desk.post(f"/clients/{client['id']}/comments", {"body": "Called."})
    message = await answer(lone_desk, "Move Acme to won")
    webhook = (await lone_desk.post("/webhooks", HOOK)).json()
    delivery = (await lone_desk.post(f"/webhooks/{webhook['id']}/test")).json()
    return collections.defaultdict(
        lambda: "x",
        workspace_id=lone_desk.workspace_id,
        client_id=client["id"],
        stage_id=(await lone_desk.stages())[0]["id"],
        message_id=message["id"],
        webhook_id=webhook["id"],
        delivery_id=delivery["id"],
    )


@pytest.fixture
def ana(lone_desk: Desk) -> Person:
    return lone_desk.person


async def test_every_path_answers_options_with_what_it_takes(
    over_sqlite: Instance, ids: collections.defaultdict[str, str]
) -> None:
    for path in PATHS:
        taken = {one.method for one in ENDPOINTS if one.path == path}
        response = await over_sqlite.ask("OPTIONS", path.format_map(ids))
        assert (response.status_code, response.content) == (204, b""), path
        allowed = {name.strip() for name in response.headers["allow"].split(",")}
        assert taken | {"OPTIONS"} <= allowed, path
        assert ("HEAD" in allowed) == ("GET" in allowed), path


async def test_every_page_answers_options_too(over_sqlite: Instance) -> None:
    for path in ("/", "/healthz", "/docs", "/docs/errors", "/openapi.json", "/static/icon.svg"):
        response = await over_sqlite.http.options(path)
        assert response.status_code == 204, path
        assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}, path

    refused(await over_sqlite.http.options("/nowhere"), 404)


async def test_head_gives_what_get_gives_without_the_body(
    ana: Person, ids: collections.defaultdict[str, str]
) -> None:
    for one in JSON_GETS:
        path = one.path.format_map(ids)
        got, head = await ana.get(path), await ana.ask("HEAD", path)
        assert got.status_code == head.status_code == 200, path
        assert head.content == b""
        for name in ("etag", "content-type", "content-length", "cache-control"):
            assert head.headers[name] == got.headers[name], f"{path}: {name}"


async def test_whoever_has_an_answer_gets_304_until_it_changes(
    ana: Person, ids: collections.defaultdict[str, str]
) -> None:
    for one in JSON_GETS:
        path = one.path.format_map(ids)
        tag = (await ana.get(path)).headers["etag"]
        same = await ana.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (same.status_code, same.content) == (304, b""), path
        assert same.headers["etag"] == tag
        assert (await ana.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_change_ends_every_304_that_it_concerns(lone_desk: Desk) -> None:
    client = await lone_desk.create_client()
    paths = ("", "/clients", f"/clients/{client['id']}", "/clients?sort=-name&limit=1", "/changes")
    tags = {path: (await lone_desk.get(path)).headers["etag"] for path in paths}

    await lone_desk.update_client(client, stage="won")

    for path, tag in tags.items():
        again = await lone_desk.get(path, headers={"If-None-Match": tag})
        assert again.status_code == 200, path
        assert again.headers["etag"] != tag, path


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/plain", "text/csv"]
)
async def test_every_body_that_says_it_is_no_json_is_refused(
    ana: Person, ids: collections.defaultdict[str, str], media_type: str
) -> None:
    for one in WITH_JSON_BODY:
        headers = {"Content-Type": media_type}
        response = await ana.ask(
            one.method, one.path.format_map(ids), content=b"{}", headers=headers
        )
        refused(response, 415)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', None,
     "application/merge-patch+json"],
)  # fmt: skip
async def test_json_may_be_called_what_it_is(lone_desk: Desk, content_type: str | None) -> None:
    client = await lone_desk.create_client()
    headers = {"Content-Type": content_type} if content_type else {}

    response = await lone_desk.ask(
        "PATCH", f"/clients/{client['id']}", content=b'{"name":"New"}', headers=headers
    )

    assert response.status_code == 200, response.text


async def test_json_in_another_encoding_is_refused(lone_desk: Desk) -> None:
    headers = {"Content-Type": "application/json; charset=iso-8859-1"}
    refused(await lone_desk.ask("POST", "/clients", content=b"{}", headers=headers), 415)


async def test_a_file_that_says_it_is_json_is_no_csv(lone_desk: Desk) -> None:
    refused(await lone_desk.post("/import?dry_run=true", {"name": "Acme"}), 415)


async def test_no_endpoint_answers_in_a_form_that_is_not_wanted(
    ana: Person, ids: collections.defaultdict[str, str]
) -> None:
    head = await ana.desk(ids["workspace_id"]).head()

    for one in ENDPOINTS:
        if one.answer is None or not one.caller.signed_in or one.operation is None:
            continue
        response = await ana.ask(
            one.method,
            one.path.format_map(ids),
            body_of((one.method, one.path)),
            headers={"Accept": "image/png, application/json;q=0, text/csv;q=0"},
        )
        refused(response, 406)

    assert await ana.desk(ids["workspace_id"]).head() == head


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.2", ""]
)
async def test_an_answer_that_is_wanted_comes(ana: Person, accept: str) -> None:
    assert (await ana.get("/auth/me", headers={"Accept": accept})).status_code == 200


async def test_every_list_comes_in_pages_that_the_link_header_leads_through(
    ana: Person, ids: collections.defaultdict[str, str]
) -> None:
    desk = ana.desk(ids["workspace_id"])
    for _ in range(2):
        await desk.create_client()
        await desk.update_client({"id": ids["client_id"]}, notes=f"{await desk.head()}")
        await desk.post(f"/clients/{ids['client_id']}/comments", {"body": "Again."})
        await desk.post("/webhooks", HOOK)
        await desk.invite(role="viewer")
        await desk.admit_new("viewer")
        await desk.post(f"/webhooks/{ids['webhook_id']}/test")
        await ana.post("/tokens", {"name": "script", "scopes": ["read"]})
        await answer(desk, "Move Acme to won")
        await ana.new_workspace()
        await ana.instance.sign_in(ana.email)

    for one in LISTS:
        path = one.path.format_map(ids)
        whole = (await ana.get(path, params={"limit": 200})).json()["items"]
        assert len(whole) > 1, f"{path}: too few to be sure"
        assert await walked(ana, path) == whole, path


async def walked(person: Person, path: str) -> list[Any]:
    """All items of a list, one at a time, by its Link headers alone."""
    items: list[Any] = []
    response = await person.get(path, params={"limit": 1})
    while True:
        items += response.json()["items"]
        if "next" not in response.links:
            assert response.json()["next_cursor"] is None
            return items
        following = httpx.URL(response.links["next"]["url"])
        assert following.params["cursor"] == response.json()["next_cursor"]
        response = await person.get(following.raw_path.decode().removeprefix("/api/v1"))


async def test_every_answer_names_its_request(over_sqlite: Instance, ana: Person) -> None:
    first, second = await ana.get("/auth/me"), await ana.get("/auth/me")
    given = await ana.get("/auth/me", headers={"X-Request-ID": "order-1047.try_2"})
    refusal = await ana.get("/nowhere", headers={"X-Request-ID": "order-1048"})
    page = await over_sqlite.http.get("/docs/errors")

    assert re.fullmatch(r"[0-9a-f]{16}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert given.headers["x-request-id"] == "order-1047.try_2"
    assert refusal.json()["request_id"] == refusal.headers["x-request-id"] == "order-1048"
    assert "x-request-id" in page.headers


@pytest.mark.parametrize("odd", ["x" * 65, "a b", "<script>", '"'])
async def test_an_id_that_could_do_harm_in_a_log_is_not_taken(ana: Person, odd: str) -> None:
    response = await ana.get("/auth/me", headers={"X-Request-ID": odd})
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["x-request-id"])


async def test_an_answer_is_compressed_for_whoever_takes_that(lone_desk: Desk) -> None:
    await lone_desk.create_client(notes="long " * 500)

    packed = await raw(lone_desk, "/clients", "gzip")
    plain = await raw(lone_desk, "/clients", "identity")

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed.content) == plain.content
    assert "accept-encoding" in packed.headers["vary"].lower() == plain.headers["vary"].lower()


async def test_no_secret_and_no_stream_is_compressed(lone_desk: Desk) -> None:
    await lone_desk.create_clients(40, notes="long " * 50)
    export = await raw(lone_desk, "/export.csv", "gzip")
    token = await lone_desk.person.post(
        "/tokens", {"name": "n" * 200, "scopes": ["read"], "expires_at": "2036-01-01T00:00:00Z"}
    )

    assert "content-encoding" not in export.headers
    assert export.headers["transfer-encoding"] == "chunked"
    assert token.headers["cache-control"] == "no-store"
    assert "content-encoding" not in token.headers


@dataclass(frozen=True)
class Wire:
    """An answer as it went over the wire."""

    headers: httpx.Headers
    content: bytes


async def raw(desk: Desk, path: str, encoding: str) -> Wire:
    headers = {"Authorization": f"Bearer {desk.person.token}", "Accept-Encoding": encoding}
    client, url = desk.person.instance.http, f"/api/v1{desk.path}{path}"
    async with client.stream("GET", url, headers=headers) as response:
        return Wire(response.headers, b"".join([chunk async for chunk in response.aiter_raw()]))


async def test_what_deletes_does_so_once_under_its_key(ana: Person) -> None:
    made = (await ana.post("/tokens", {"name": "script", "scopes": ["read"]})).json()

    first = await ana.delete(f"/tokens/{made['id']}", key="clean-up")
    again = await ana.delete(f"/tokens/{made['id']}", key="clean-up")
    other = await ana.delete("/tokens/another", key="clean-up")

    assert (first.status_code, again.status_code) == (204, 204)
    refused(other, 422, "Idempotency-Key")


def test_every_write_takes_a_key_but_those_that_give_or_take_a_session() -> None:
    assert {one.name for one in ENDPOINTS if one.method != "GET" and not one.keyed} == {
        "register",
        "login",
        "logout",
        "logout_all",
        "change_password",
    }
