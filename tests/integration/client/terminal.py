"""`clientflow` as it is typed, in this process; each command ends before the next."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from clientflow.cli import main


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def values(self) -> list[Any]:
        """The JSON values that it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def value(self) -> Any:
        (value,) = self.values
        return value


async def type_in(
    environment: Mapping[str, str], *arguments: str, stdin: str = "", code: int = 0
) -> Said:
    """Type one command; its exit code must be `code`."""

    def typed() -> Said:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            ended = main([*arguments])
        out.seek(0)
        return Said(ended, out.read(), err.getvalue())

    said = await asyncio.to_thread(typed)
    assert said.code == code, said
    return said
