"""What every answer tells a browser that it may do with it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from server.main import create_app
from server.settings import Settings
from tests.drivers import Desk, Instance
from tests.services import ServerProcess

SITE = "https://crm.example.com"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def settings(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_environment(environ, tmp_path / "secret")


async def answer_of(app_settings: Settings, path: str, url: str = "http://board") -> httpx.Response:
    """Of an app whose services were never opened: what needs them fails."""
    transport = httpx.ASGITransport(create_app(app_settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        return await client.get(path)


def check(response: httpx.Response) -> None:
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["content-security-policy"].startswith(NOTHING)
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/metrics", "/nowhere", "/api/v1/auth/me", "/static/nothing.js", "/%00"],
)
async def test_every_answer_carries_the_security_headers(over_sqlite: Instance, path: str) -> None:
    check(await over_sqlite.http.get(path))


async def test_an_answer_to_what_failed_carries_them_too(tmp_path: Path) -> None:
    for debug in ("false", "true"):
        response = await answer_of(settings(tmp_path, DEBUG=debug), "/readyz")
        assert response.status_code == 500
        check(response)


async def test_the_page_runs_its_own_files_and_nothing_else(over_sqlite: Instance) -> None:
    response = await over_sqlite.http.get("/")
    parts = response.headers["content-security-policy"].split("; ")
    policy = dict(part.split(" ", 1) for part in parts)

    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|style=|javascript:", response.text)
    assert "object-src" not in policy, "default-src 'none' is stricter and covers it"


async def test_nothing_that_the_api_answers_is_kept_by_a_cache(lone_desk: Desk) -> None:
    client = await lone_desk.create_client()
    for path in ("", "/clients", f"/clients/{client['id']}", "/members", "/export.csv", "/nowhere"):
        assert (await lone_desk.get(path)).headers["cache-control"] == "no-store", path
    stranger = await lone_desk.person.instance.ask("GET", "/auth/me")
    assert stranger.headers["cache-control"] == "no-store"


async def test_built_files_may_be_kept_and_the_page_asks_each_time(over_sqlite: Instance) -> None:
    page = await over_sqlite.http.get("/")
    (script, *_) = re.findall(r'src="(/static/[^"]+)"', page.text)
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in (await over_sqlite.http.get(script)).headers["cache-control"]


async def test_hsts_goes_out_over_tls_alone(over_sqlite: Instance, tmp_path: Path) -> None:
    by_proxy = await over_sqlite.http.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert by_proxy.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"

    plain = await over_sqlite.http.get("/healthz")
    assert "strict-transport-security" not in plain.headers

    said = await answer_of(settings(tmp_path, PUBLIC_URL=SITE), "/healthz")
    assert "strict-transport-security" in said.headers
    not_said = await answer_of(settings(tmp_path, PUBLIC_URL="http://board"), "/healthz")
    assert "strict-transport-security" not in not_said.headers


async def test_no_other_site_may_call_unless_it_is_allowed(
    over_sqlite: Instance, lone_desk: Desk, tmp_path: Path
) -> None:
    evil = {"Origin": "https://evil.example"}
    asked = {"Access-Control-Request-Method": "POST", **evil}
    for response in (
        await lone_desk.get("/clients", headers=evil),
        await over_sqlite.http.options("/api/v1/workspaces", headers=asked),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]

    app = create_app(settings(tmp_path, ALLOWED_ORIGINS=SITE))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://board"
    ) as client:
        ours = await client.get("/healthz", headers={"Origin": SITE})
        theirs = await client.get("/healthz", headers=evil)
    assert ours.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in ours.headers
    assert "access-control-allow-origin" not in theirs.headers


async def test_with_a_public_url_a_channel_opens_from_that_page_alone(tmp_path: Path) -> None:
    with ServerProcess(f"sqlite:///{tmp_path / 'db'}", settings={"PUBLIC_URL": SITE}) as process:
        async with Instance(process) as instance:
            desk = await (await instance.sign_up()).new_workspace()
            assert await (await desk.connect(origin=SITE)).hello(desk.person.token)
            assert await desk.open_board(), "a program sends no Origin"
            for origin in (process.base_url, "http://crm.example.com", "null", f"{SITE}:8443"):
                with pytest.raises(InvalidStatus) as refusal:
                    await desk.connect(origin=origin)
                assert refusal.value.response.status_code == 403, origin
            invite = await desk.invite(role="viewer")
            assert invite["url"].startswith(f"{SITE}/#/invite/")


async def test_a_debugging_server_shows_no_secret_of_its_own(tmp_path: Path) -> None:
    """What DEBUG=true shows is code; values of variables, and so of settings, are not in it."""
    secret = "no page of a debugging server holds this"
    chosen = settings(tmp_path, DEBUG="true", JWT_SECRET_KEY=secret)
    for accept in ("text/html", "*/*"):
        app = create_app(chosen)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://board") as client:
            response = await client.get(
                "/readyz", headers={"Accept": accept, "Authorization": f"Bearer {secret}"}
            )
        assert response.status_code == 500
        assert secret not in response.text
