"""docs/scaling.md says what was measured: its tables are those of the results."""

import pytest

from tests.services import ROOT

PAGE = (ROOT / "docs" / "scaling.md").read_text()
RESULTS = (ROOT / "bench" / "results" / "latest.md").read_text()


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if line.startswith("| ")])
def test_a_line_of_a_table_is_a_line_of_the_results(line: str) -> None:
    assert line in RESULTS.splitlines()


@pytest.mark.parametrize("figure", ["4,143", "1,598", "3,333"])
def test_a_figure_in_a_sentence_is_in_the_results(figure: str) -> None:
    assert figure in PAGE
    assert figure in RESULTS
