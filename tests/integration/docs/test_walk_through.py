"""What README.md and docs/rest.md print works as printed, against a real server."""

import ast
import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.docs.shell import README, at, run, script, typing, walk_through
from tests.services import ROOT, ServerProcess
from tests.unit.docs.markdown import Page


@pytest.mark.parametrize("shell", ["bash", "sh"])
async def test_the_walk_through_works_as_printed(
    server: ServerProcess, shell: str, tmp_path: Path
) -> None:
    changed, listed, followed = await run(server, shell, script(walk_through()), tmp_path)

    assert changed["name"] == "Nordlys Cycles"
    assert changed["stage"] == "proposal"
    assert changed["tags"] == ["retail"]
    assert changed["value"] == {"amount": 1250000, "currency": "EUR"}
    assert listed == {"items": [changed], "next_cursor": None, "seq": 2}
    (change,) = followed["changes"]
    assert (change["seq"], followed["seq"]) == (3, 3)
    assert (change["op"], change["id"], change["data"]["stage"]) == (
        "updated",
        changed["id"],
        "won",
    )


async def test_the_long_poll_answers_when_the_change_comes(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Also when it has to wait for it: the walk-through's own PATCH may be faster than its poll."""
    text = script(walk_through())
    patch = text.index("api -X PATCH", text.index("wait=30"))
    *_, followed = await run(server, "bash", text[:patch] + "sleep 1\n" + text[patch:], tmp_path)
    assert [change["data"]["stage"] for change in followed["changes"]] == ["won"]


async def test_the_second_time_one_signs_in(server: ServerProcess, tmp_path: Path) -> None:
    text = script(walk_through())
    await run(server, "bash", text, tmp_path)
    again = text.replace("auth/register", "auth/login").replace(',"name":"Ana"', "")
    changed, *_ = await run(server, "bash", again, tmp_path)
    assert changed["stage"] == "proposal"


async def test_the_python_example_follows_the_board_live(
    server: ServerProcess, tmp_path: Path
) -> None:
    section = README.section("Follow a board live from Python")
    (example,) = section.blocks("python")
    (tmp_path / "follow.py").write_text(at(server, example.text))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for package in ("clientflow", "realtime"):
        (tmp_path / package).symlink_to(ROOT / package)

    async with typing(server, "bash", script(walk_through(), section), tmp_path) as shell:
        assert shell.stdout

        async def printed() -> tuple[int, dict[str, Any]]:
            """The seq and data of the next change; what curl prints before are objects."""
            while True:
                line = (await asyncio.wait_for(shell.stdout.readline(), 20)).decode()
                assert line, (await shell.stderr.read()).decode()
                if found := re.fullmatch(r"(\d+) Ana \w+ (\{.*\})", line.strip()):
                    return int(found[1]), ast.literal_eval(found[2])

        past = [await printed() for _ in range(3)]
        assert [seq for seq, _ in past] == [1, 2, 3]

        async with httpx.AsyncClient(base_url=server.base_url) as ana:
            token = (await ana.post("/api/v1/auth/login", json=_credentials())).json()
            ana.headers["Authorization"] = f"Bearer {token['access_token']}"
            (workspace,) = (await ana.get("/api/v1/workspaces")).json()["items"]
            board = f"/api/v1/workspaces/{workspace['id']}"
            answer = await ana.patch(f"{board}/clients/{past[0][1]['id']}", json={"stage": "lost"})
            assert answer.status_code == 200

            seq, data = await printed()
            assert (seq, data["stage"]) == (4, "lost")


def _credentials() -> dict[str, str]:
    """What the walk-through registers with."""
    text = script(walk_through())
    start = text.index('{"email"')
    account: dict[str, str] = json.loads(text[start : text.index("}", start) + 1])
    return {name: account[name] for name in ("email", "password")}


async def test_the_examples_of_rest_md_answer_as_it_says(
    server: ServerProcess, tmp_path: Path
) -> None:
    rest = Page("docs/rest.md")
    before = await run(server, "bash", script(walk_through()), tmp_path)
    assert len(before) == 3

    text = script(walk_through()).replace("auth/register", "auth/login")
    text = text.replace(',"name":"Ana"', "") + script(rest)
    found, strict, unchanged, first, again, other, bulk, trial, imported, changes = (
        await run(server, "bash", text, tmp_path)
    )[3:]

    assert [client["stage"] for client in found["items"]] == ["won"]
    assert strict["status"] == 412
    assert unchanged == "304"
    assert first["name"] == "Padaria Aurora"
    assert again == first
    assert (other["status"], other["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert [result["status"] for result in bulk["results"]] == [201, 404]
    assert [change["seq"] for change in changes["changes"]] == [1, 2]
    assert (tmp_path / "clients.csv").read_text().startswith("\ufeffid,name,")
    assert [(row["action"], row["client"]["value"]) for row in trial["preview"]] == [
        ("create", {"amount": 125_050, "currency": "BRL"})
    ]
    assert (imported["created"], imported["id"]) == (1, "fair-2026")
    assert changes["seq"] == bulk["seq"] + 1
