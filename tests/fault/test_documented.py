"""docs/reliability.md names tests and faults that there are."""

from __future__ import annotations

import re

from tests.fault.faults import FAULTS, SLOW_FAULTS
from tests.services import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text()
NAMED = re.compile(r"`(?P<path>tests/[\w/]+\.py)::(?P<test>\w+)`")


def test_every_test_that_is_named_exists() -> None:
    named = [(found["path"], found["test"]) for found in NAMED.finditer(PAGE)]
    assert named
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or f"def {test}(" not in (ROOT / path).read_text()
    ]
    assert not missing


def test_every_fault_is_described() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert described == {fault.name for fault in [*FAULTS, *SLOW_FAULTS]}
