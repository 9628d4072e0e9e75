"""Log lines carry what is known of whom they are about, in the form that was asked for."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from server.logs import LogContext, bind, logging_config, request_id
from server.settings import Settings


class Lines:
    """A logger that is set up as the server's are, and what it has written."""

    def __init__(self, log_format: str) -> None:
        self._stream = io.StringIO()
        environ = {"JWT_SECRET_KEY": "of the tests alone", "LOG_FORMAT": log_format}
        config = logging_config(Settings.from_environment(environ))
        formatter = config["formatters"]["structured"].copy()
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(formatter.pop("()")(**formatter))
        self.logger = logging.Logger("clientflow.tests")  # noqa: LOG001 - of nobody else's
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    return Lines("json")


def test_what_is_bound_is_in_the_lines_of_its_block_alone(lines: Lines) -> None:
    with LogContext(request_id="r-1", user_id="ana"):
        with LogContext(command_id="c-1", user_id="ben"):
            lines.logger.info("inner")
        lines.logger.info("outer")
    lines.logger.info("outside")

    known = [
        {key: line[key] for key in ("request_id", "user_id", "command_id") if key in line}
        for line in lines.events
    ]
    assert known == [
        {"request_id": "r-1", "user_id": "ben", "command_id": "c-1"},
        {"request_id": "r-1", "user_id": "ana"},
        {},
    ]


async def test_a_task_keeps_what_was_known_when_it_began(lines: Lines) -> None:
    async def request(name: str) -> str | None:
        bind(request_id=name)
        await asyncio.sleep(0)
        lines.logger.info("asked")
        return request_id()

    tasks = [asyncio.create_task(request(f"r-{number}")) for number in range(3)]
    assert await asyncio.gather(*tasks) == ["r-0", "r-1", "r-2"]
    assert [line["request_id"] for line in lines.events] == ["r-0", "r-1", "r-2"]
    assert request_id() is None


def test_an_empty_field_is_left_out(lines: Lines) -> None:
    with LogContext(command_id=""):
        lines.logger.info("anonymous")
    assert "command_id" not in lines.events[0]


def test_a_json_line_has_its_level_logger_time_and_traceback(lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        lines.logger.exception("it failed at %s", "this", extra={"route": "/readyz"})
    (line,) = lines.events
    assert line["event"] == "it failed at this"
    assert (line["level"], line["logger"], line["route"]) == (
        "error",
        "clientflow.tests",
        "/readyz",
    )
    assert line["timestamp"].endswith("Z")
    assert "ValueError: broken" in line["exception"]


def test_what_json_cannot_hold_is_told_in_words(lines: Lines) -> None:
    lines.logger.info("odd", extra={"what": {1, 2} | {object}})
    assert len(lines.events[0]["what"]) == 3


def test_lines_for_people_begin_with_time_and_level() -> None:
    lines = Lines("console")
    with LogContext(request_id="r-1"):
        lines.logger.warning("slow")
    time, level, *rest = lines.text.split()
    assert time.endswith("Z")
    assert level == "[warning"
    assert "slow" in rest
    assert "request_id=r-1" in rest
