"""Where secrets lie and where they never show: the database, log lines, answers, comparisons."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from tests.drivers import PASSWORD, Desk, Instance, NotWelcome, Person, execute_outside
from tests.integration.security.raw import raw_request
from tests.services import ROOT, ServerProcess, eventually

# A hash that is stored and one that was stored before tell an attacker nothing.
SECRET = re.compile(r"token|secret|code|mac\b|signature|password(?!_hash)", re.IGNORECASE)


@pytest.fixture(scope="module")
async def chatty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """A server that logs as much as it can."""
    file = tmp_path_factory.mktemp("secrets") / "clientflow.db"
    settings = {"DEBUG": "true", "LOG_LEVEL": "debug"}
    with ServerProcess(f"sqlite:///{file}", settings=settings) as process:
        async with Instance(process) as instance:
            yield instance


async def everything_secret(instance: Instance) -> tuple[Desk, dict[str, str]]:
    """Somebody who has come by every kind of secret."""
    ana = await instance.sign_up("Ana")
    desk = await ana.new_workspace()
    again = await instance.sign_in(ana.email)
    rotated = await instance.ask("POST", "/auth/refresh", {"refresh_token": again.refresh_token})
    script = await ana.personal_token("read", "write")
    invite = await desk.invite(role="viewer")
    return desk, {
        "password": PASSWORD,
        "access token": ana.token,
        "refresh token": ana.refresh_token,
        "rotated refresh token": rotated.json()["refresh_token"],
        "used refresh token": again.refresh_token,
        "personal token": script.token,
        "invite code": invite["code"],
    }


async def test_no_secret_is_stored_as_it_is(chatty: Instance) -> None:
    _, secrets = await everything_secret(chatty)
    path = chatty.process.settings["DATABASE_URL"].removeprefix("sqlite:///")
    await execute_outside(chatty.process, "PRAGMA wal_checkpoint")

    with closing(sqlite3.connect(path)) as database:
        stored = "\n".join(database.iterdump())

    assert "$2b$" in stored, "passwords are hashed by bcrypt"
    for name, secret in secrets.items():
        assert secret not in stored, name
        assert secret.removeprefix("cfp_") not in stored, name


async def test_no_secret_gets_into_a_log_line_of_the_chattiest_server(chatty: Instance) -> None:
    desk, secrets = await everything_secret(chatty)
    ana, process = desk.person, chatty.process
    script = ana.with_token(secrets["personal token"])
    board = await desk.of(script).connect(
        headers={"Authorization": f"Bearer {secrets['personal token']}"}
    )
    await board.hello(None)
    await board.say({"type": "auth", "token": secrets["access token"]})
    await board.say({"type": "hello", "token": secrets["personal token"]})
    await board.closed()
    await (await desk.open_board()).close()
    forged = secrets["access token"][:-4] + "AAAA"
    with pytest.raises(NotWelcome):
        await (await desk.connect()).hello(forged)
    newcomer = await chatty.sign_up("Ben")
    await newcomer.post(f"/invites/{secrets['invite code']}/accept")
    await newcomer.get(f"/nowhere?token={secrets['personal token']}")
    await chatty.ask("POST", "/auth/login", {"email": ana.email, "password": 7})
    await chatty.ask("POST", "/auth/login", {"email": ana.email, PASSWORD: "x"})
    await chatty.ask("POST", "/auth/login", None, content=f'{{"password":"{PASSWORD}"'.encode())
    await chatty.ask("POST", "/auth/logout", {"refresh_token": secrets["refresh token"]})
    await raw_request(chatty, "GET", f"/ws/workspaces/x?token={secrets['personal token']}", {}, b"")
    await chatty.http.head("/the-last-of-it")
    await eventually(lambda: "method=HEAD" in process.log)

    log = process.log
    for name, secret in {**secrets, "forged token": forged}.items():
        assert secret not in log, f"{name} in {line_with(secret, log)}"
    assert process.settings["JWT_SECRET_KEY"] not in log


def line_with(text: str, log: str) -> str:
    return next(line for line in log.splitlines() if text in line)


async def test_a_refusal_does_not_repeat_the_secret_that_it_refuses(chatty: Instance) -> None:
    secret = "hunter2-as-nobody-else-has-it"
    for path, body in {
        "/auth/login": {"email": "not an address", "password": secret},
        "/auth/register": {"email": "x@example.com", "password": secret, "name": ""},
        "/auth/refresh": {"refresh_token": secret},
    }.items():
        response = await chatty.ask("POST", path, body)
        assert response.status_code in (401, 422)
        assert secret not in response.text
    refused = await chatty.http.get(
        "/api/v1/auth/me", headers={"Authorization": f"Bearer {secret}"}
    )
    assert secret not in refused.text + json.dumps(dict(refused.headers))


async def test_a_secret_is_shown_once(chatty: Instance) -> None:
    desk, secrets = await everything_secret(chatty)
    ana: Person = desk.person

    shown = [
        (await ana.get("/tokens")).text,
        (await ana.get("/auth/me")).text,
        (await desk.get("/invites")).text,
        (await desk.get("/changes")).text,
        (await desk.get("/members")).text,
    ]

    for name, secret in secrets.items():
        assert secret not in "".join(shown), name
    assert "password" not in "".join(shown)


def test_secrets_are_looked_up_by_hash_or_compared_in_constant_time() -> None:
    """No `==` between secrets: the database looks up a hash, all else goes by hmac.compare_digest or bcrypt."""
    suspects = []
    for path in (ROOT / "server").rglob("*.py"):
        if (
            path.name == "settings.py"
        ):  # what the operator gave, compared with what the operator gave
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
                if all(SECRET.search(side) and not side.startswith("'") for side in sides):
                    suspects.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert suspects == []


# One account an address, however it is written


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ana.Uni@example.com", "ana.uni@EXAMPLE.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("STRASSE1@example.com", "stra\u00dfe1@example.com"),
        ("\u212aate@example.com", "kate@example.com"),
    ],
)
async def test_two_writings_of_an_address_are_one_account(
    server: Instance, first: str, second: str
) -> None:
    ana = await server.sign_up("Ana", email=first)
    taken = await server.ask(
        "POST", "/auth/register", {"email": second, "password": PASSWORD, "name": "Eve"}
    )
    assert taken.status_code == 409
    assert (await server.sign_in(second)).id == ana.id
