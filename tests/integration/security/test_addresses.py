"""Addresses that the server makes or is asked for: hosts, redirects, paths, file names, headers."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.drivers import Desk, Instance
from tests.integration.security.raw import raw_request

EVIL_HOSTS = [
    "evil.example/x?",
    "evil.example#",
    "board@evil.example",
    "evil.example:99999",
    'x"><script>',
    "a b",
    "",
]


def bearer(desk: Desk) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.person.token}", "Content-Type": "application/json"}


@pytest.mark.parametrize("host", EVIL_HOSTS)
async def test_a_host_that_is_none_gets_into_no_address(lone_desk: Desk, host: str) -> None:
    await lone_desk.create_clients(2)
    instance, headers = lone_desk.person.instance, bearer(lone_desk) | {"Host": host}
    base = f"/api/v1/workspaces/{lone_desk.workspace_id}"

    invite = await raw_request(
        instance, "POST", f"{base}/invites", headers, json.dumps({"role": "viewer"}).encode()
    )
    page = await raw_request(instance, "GET", f"{base}/clients?limit=1", headers)

    if invite.status == 400:  # the server took it for no request at all
        assert page.status == 400
        return
    assert "evil" not in invite.body.decode()
    assert "script" not in invite.body.decode()
    assert page.headers["link"].startswith(f"<http://127.0.0.1:{instance.process.port}{base}")


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
async def test_no_other_header_makes_an_address(lone_desk: Desk, name: str) -> None:
    response = await lone_desk.post("/invites", {"role": "viewer"}, headers={name: "evil.example"})

    assert "evil" not in response.json()["url"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/%5cevil.example",
        "/%2f%2fevil.example",
        "/static//evil.example",
        "/static//evil.example/..",
        "/?next=https://evil.example",
        "/?redirect=//evil.example",
        "/docs//evil.example",
        "/api/v1//evil.example",
        "/api/v1/auth/me/",
        "/healthz/",
        "/static",
        "/workspaces",
        "http://evil.example/",
    ],
)
async def test_nobody_is_sent_elsewhere(over_sqlite: Instance, target: str) -> None:
    answer = await raw_request(over_sqlite, "GET", target, {"Host": "evil.example"})

    assert "location" not in answer.headers
    assert answer.status in (200, 404)


async def test_what_is_made_is_located_on_the_server_itself(lone_desk: Desk) -> None:
    response = await lone_desk.post("/clients", {"name": "Acme"}, headers={"Host": "evil.example"})

    path = f"/api/v1/workspaces/{lone_desk.workspace_id}/clients/{response.json()['id']}"
    assert response.headers["location"] == path


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="evil.exe',
        "a\r\nSet-Cookie: x=1",
        "a\nX-Evil: 1",
        "../../etc/passwd",
        "a;b=c\\",
        "файл\u2028\u202ecod.csv",
        "\x1b[31mred",
        "x" * 200,
    ],
    ids=range(8),
)
async def test_a_name_adds_nothing_to_the_header_that_carries_it(
    lone_desk: Desk, name: str
) -> None:
    workspace = await lone_desk.person.new_workspace(name)

    response = await workspace.get("/export.csv")

    disposition = response.headers["content-disposition"]
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert "x-evil" not in response.headers
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.count('"') == 2
    assert disposition.partition('filename="')[2].partition('"')[0].endswith(".csv")
    assert not set("/\\:") & set(disposition.partition('"')[2].partition('"')[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", "k\tX-Evil:1"),
        ("Idempotency-Key", "x" * 300),
        ("If-Match", '"1"\tX-Evil: 1'),
        ("If-None-Match", '"1", <script>'),
        ("X-Request-ID", "<script>\t" + "x" * 500),
        ("X-Request-ID", "a b; c"),
        ("traceparent", "00-<script>-x-01"),
        ("Accept-Language", "x" * 5_000),
        ("Origin", "https://evil.example\tX-Evil: 1"),
    ],
)
async def test_a_header_that_comes_in_adds_none_that_goes_out(
    lone_desk: Desk, name: str, value: str
) -> None:
    headers = bearer(lone_desk) | {name: value}
    base = f"/api/v1/workspaces/{lone_desk.workspace_id}/clients"

    answer = await raw_request(
        lone_desk.person.instance, "POST", base, headers, json.dumps({"name": "Acme"}).encode()
    )

    assert answer.status in (201, 400, 422)
    assert "x-evil" not in answer.headers
    assert not any("<script>" in shown for shown in answer.headers.values())
    assert all(len(shown) < 1_000 for shown in answer.headers.values())


ABOVE = [
    "..%2f..%2f..%2fserver/main.py",
    "%2e%2e/%2e%2e/server/main.py",
    "%252e%252e%252f%252e%252e%252fserver/main.py",
    "..%5c..%5cserver%5cmain.py",
    "..%c0%af..%c0%afserver/main.py",
    "..;/..;/server/main.py",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "....//....//etc/passwd",
    "x%00.js",
    "%00",
    "..%00/..%00/etc/passwd",
    "file:///etc/passwd",
    "x" * 5_000,
    "%",
    "%zz",
]


@pytest.mark.parametrize("prefix", ["/static/", "/docs/", "/"])
async def test_no_path_leads_out_of_what_is_served(over_sqlite: Instance, prefix: str) -> None:
    answers = await asyncio.gather(
        *(raw_request(over_sqlite, "GET", prefix + path, {}) for path in ABOVE)
    )

    for path, answer in zip(ABOVE, answers, strict=True):
        assert answer.status in (400, 404, 414), path
        assert b"root:" not in answer.body
        assert b"import " not in answer.body


@pytest.mark.parametrize("path", ["/.env", "/.git/config", "/clientflow.db", "/.clientflow-secret"])
async def test_no_file_of_the_server_is_a_page(over_sqlite: Instance, path: str) -> None:
    for prefix in ("", "/static", "/static/.."):
        assert (await raw_request(over_sqlite, "GET", prefix + path, {})).status == 404


async def test_no_map_of_the_source_is_served(over_sqlite: Instance) -> None:
    page = (await over_sqlite.http.get("/")).text
    script = page.partition('src="')[2].partition('"')[0]
    assert (await over_sqlite.http.get(f"{script}.map")).status_code == 404
    assert "sourceMappingURL" not in (await over_sqlite.http.get(script)).text


async def test_what_is_nowhere_is_no_fault_of_the_server(lone_desk: Desk) -> None:
    """Not in its log either, and the connection stays open for the next request."""
    process = lone_desk.person.instance.process
    for path in ("/nowhere", "/clients/x/y/z", "/clients//"):
        assert (await lone_desk.get(path)).status_code == 404
        assert (await lone_desk.get("/clients")).status_code == 200
    assert "Traceback" not in process.log
