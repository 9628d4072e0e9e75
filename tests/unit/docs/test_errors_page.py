"""docs/errors.md: every kind of problem, under the heading that its `type` points to."""

import msgspec
import pytest

from realtime.problems import Problem, ProblemKind
from tests.unit.docs.markdown import Page

ERRORS = Page("docs/errors.md")


def test_every_kind_has_its_section_and_nothing_else_has() -> None:
    title, *sections = ERRORS.headings
    assert title == "Problems"
    assert sorted(sections) == sorted(kind.anchor for kind in ProblemKind)


@pytest.mark.parametrize("kind", ProblemKind, ids=lambda kind: kind.anchor)
def test_a_section_begins_with_status_and_title_and_says_what_to_do(kind: ProblemKind) -> None:
    first, _, advice = ERRORS.section(kind.anchor).text.strip().partition("\n")
    assert first == f"{kind.status} · {kind.title}"
    assert len(advice.split()) >= 5


@pytest.mark.parametrize("kind", ProblemKind, ids=lambda kind: kind.anchor)
def test_the_type_of_a_problem_leads_to_its_section(kind: ProblemKind) -> None:
    page, _, anchor = Problem.of(kind, "").type.partition("#")
    assert page == "/docs/errors"
    assert anchor in ERRORS.anchors


def test_the_example_is_a_problem_with_every_field_described() -> None:
    (block,) = ERRORS.blocks("json problem")
    (example,) = block.values()
    decoded = msgspec.convert(example, Problem)
    assert decoded == msgspec.structs.replace(
        Problem.of(ProblemKind.INVALID, decoded.detail, decoded.errors),
        request_id=decoded.request_id,
    )
    described = [row["Field"].strip("`") for row in ERRORS.table("Field", "Holds")]
    assert described == list(Problem.__struct_fields__)
    assert list(example) == [name for name in described if name != "retry_after"]
