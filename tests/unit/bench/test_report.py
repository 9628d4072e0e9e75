import importlib
import json
import re
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest

from bench.programs import BENCH
from bench.report.markdown import number, report, spread
from bench.report.plot import plot
from bench.report.promises import promises
from bench.results import Entry, Row, read_rows, write_rows
from bench.run import ROWS
from bench.stats import Spread
from tests.services import ROOT


def entry(server: str, full: float, calm: float, **options) -> Entry:
    made = Entry(server, f"<{server}>", **options)
    for by in (0.9, 1.0, 1.2):
        made.add(full_cpu=full * by, calm_cpu=calm * by)
    return made


@pytest.fixture
def fanout() -> Row:
    entries = [
        entry("floor", 4, 5),
        entry("clientflow-presence", 1, 6),
        entry("clientflow", 2, 12),
        entry("starlette", 8, 20),
        Entry("ws", "Node ws", missing="Node.js with npm is not installed"),
    ]
    columns = {"full_cpu": "full", "calm_cpu": "calm"}
    return Row(
        "fanout", "Fan-out", "What it is.", columns, entries, ratios={"full_cpu": "full speed"}
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.23219, "0.232"), (4.05, "4.05"), (99.96, "100"), (1335359.2, "1,335,359")],
)
def test_numbers_are_shown_with_three_digits(value, shown):
    assert number(value) == shown


def test_a_figure_is_shown_with_its_spread():
    assert spread(Spread(2.0, 1.5, 3.25, 5)) == "2 (1.5 to 3.25)"
    assert spread(Spread(2.0, 2.0, 2.0, 1)) == "2"
    assert spread(None) == ""


def test_a_table_gives_each_figure_and_its_ratio_to_the_floor_and_to_clientflow(fanout):
    text = report({"fanout": fanout}, "fanout.svg")

    assert "| <starlette> | 8 (7.2 to 9.6) | 20 (18 to 24) | 2 | 8 |" in text


def test_a_server_that_is_missing_is_named_with_the_reason(fanout):
    assert "Missing: Node ws: Node.js with npm is not installed" in report({"fanout": fanout}, "p")


def test_a_promise_holds_is_broken_or_was_not_measured(fanout):
    found = {it.figure: it for it in promises({"fanout": fanout})}
    floor = found["CPU per delivery, in memory, full speed: against the floor"]
    starlette = found[
        "CPU per delivery, with the commit, full speed: Starlette + broadcaster against it"
    ]
    ws = found["CPU per delivery, in memory, full speed: against Node ws"]

    assert (floor.measured, floor.holds) == (0.25, "yes")
    assert (starlette.measured, starlette.holds) == (4, "no")
    assert (ws.measured, ws.holds) == (None, "not measured")


def test_growth_with_subscribers_is_judged_by_the_cost_of_a_delivery():
    event = Entry("clientflow", "ClientFlow")
    event.add(us_200=1_000, us_2000=8_000, fit=0.999)
    row = Row("subscribers", "", "", {"us_200": "", "us_2000": "", "fit": "r²"}, [event])
    found = {it.figure: it for it in promises({"subscribers": row})}

    grown = found["CPU per delivery, with the commit: 2,000 subscribers against 200"]
    assert (grown.measured, grown.holds) == (0.8, "yes")


def test_without_any_row_no_promise_is_called_kept():
    assert {it.holds for it in promises({})} == {"not measured"}


def test_the_plot_is_well_formed_and_has_a_bar_for_each_figure(fanout):
    drawn = ElementTree.fromstring(plot(fanout))
    bars = [bar for bar in drawn.findall(".//{*}rect") if bar.find("{*}title") is not None]
    widths = [float(bar.get("width")) for bar in bars]

    assert len(bars) == 2 * 4
    assert widths[0] == min(widths)  # the least costly stands first
    assert "prefers-color-scheme: dark" in plot(fanout)


def test_a_plot_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no server"):
        plot(Row("fanout", "", "", {}))


def test_rows_are_kept_and_read_again(fanout, tmp_path):
    write_rows(tmp_path / "latest.json", {"fanout": fanout})

    assert read_rows(tmp_path / "latest.json") == {"fanout": fanout}
    assert read_rows(tmp_path / "none.json") == {}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_can_be_run_by_its_name(name):
    assert callable(importlib.import_module(f"bench.rows.{name}").run)


def test_peers_are_pinned_to_exact_versions():
    python = (BENCH / "peers" / "requirements.txt").read_text().splitlines()
    node = json.loads((BENCH / "peers" / "package.json").read_text())["dependencies"]

    assert all(re.fullmatch(r"#.*|\S+==\S+", line) for line in python)
    assert all(re.fullmatch(r"[\d.]+", version) for version in node.values())
    assert "resolved" not in (BENCH / "peers" / "package-lock.json").read_text()


def test_the_bench_is_type_checked_but_for_the_peers_programs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    unchecked = [
        it["module"] for it in project["tool"]["mypy"]["overrides"] if "ignore_errors" in it
    ]

    assert unchecked == [["bench.peers.*"]]
