"""No input makes a regular expression take long: while one runs, the whole process stands still.

Each pattern gets the longest input that reaches it, made of what it looks for over and over and never ended.
"""

import contextlib
import itertools
import time
from datetime import UTC, datetime

import msgspec
import pytest

from realtime.messages import ClientDraft
from realtime.validation import Refused, decode
from server.assistant.local.analyses import analysis_of
from server.assistant.local.question import Question, Situation
from server.importing import cells

LONGEST_CELL = 131_072  # Python's csv reads no longer one
LONGEST_PROMPT = 4_000
ENOUGH_S = 2.0  # quadratic time on these takes many times as long, cubic time hours
SITUATION = msgspec.convert(
    {
        "workspace": "Sales",
        "now": datetime(2026, 1, 5, tzinfo=UTC),
        "asked_by": {"id": "u1", "name": "Ana"},
        "stages": [{"key": "lead", "name": "Lead"}],
        "client_in_question": None,
    },
    Situation,
)


def spent_s(began: float) -> float:
    return time.process_time() - began


@pytest.mark.parametrize(
    "seed", [" ", "1", "1 ", "1,", "1.", ",111", "\u00a0", '"', '"a', '";', "'", "[", "9/"]
)
@pytest.mark.parametrize("start", ["", "-", "R$ ", "- EUR ", "1", "1/1/2000 "])
def test_a_cell_of_a_file_is_read_or_refused_at_once(start: str, seed: str) -> None:
    cell = (start + seed * LONGEST_CELL)[:LONGEST_CELL] + "x"
    began = time.process_time()
    for read in (
        lambda: cells.money_in(cell, "EUR"),
        lambda: cells.money_in(cell[:-1], "EUR"),
        lambda: cells.moment_in(cell),
        lambda: cells.tags_in(cell),
        lambda: cells.custom_in(cell),
        lambda: cells.guarded(cell),
        lambda: cells.unguarded(cell),
    ):
        with contextlib.suppress(cells.BadCell):
            read()
    assert spent_s(began) < ENOUGH_S


@pytest.mark.parametrize(
    "seed",
    [
        *(" ", "a ", "and ", "1,", "$ ", '"a', "A ", "Aa ", "in 1 ", " in a", " in the ", " at "),
        *("move a to ", "move a to to ", "set a of ", "set of ", "set a's ", "assign a ", "tag a "),
        *("note to a ", "comment on a ", "add client ", "please ", "write to a ", "worth 1 "),
    ],
)
def test_a_question_to_the_assistant_is_understood_or_not_at_once(seed: str) -> None:
    for start, end in itertools.product(["", "move ", "create client "], ["", ",", "to"]):
        text = (start + seed * LONGEST_PROMPT)[: LONGEST_PROMPT - len(end)] + end
        began = time.process_time()
        next(analysis_of(Question(text, SITUATION)), None)
        assert spent_s(began) < ENOUGH_S


@pytest.mark.parametrize("seed", ["`", " - at `$", "`$.", "a", "Object missing required field `"])
def test_words_of_the_sender_in_an_error_are_looked_through_at_once(seed: str) -> None:
    decoder = msgspec.json.Decoder(ClientDraft)
    name = (seed * 1_000_000)[:1_000_000]
    frame = msgspec.json.encode({"name": "Acme", name: 1})
    began = time.process_time()
    with pytest.raises(Refused):
        decode(decoder, frame)
    assert spent_s(began) < ENOUGH_S
