"""infra/prometheus and infra/grafana: the alerts fire when they should, and every query asks for figures there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.services import ROOT
from tests.unit.docs.markdown import Page, code_in

ALERTS = ROOT / "infra" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "infra" / "grafana" / "clientflow.json"
OPERATIONS = Page("docs/operations.md")
FIGURE = re.compile(r"\b(?:clientflow|process|python)_\w+")
OF_A_HISTOGRAM = re.compile(r"_(?:bucket|count|sum)$")
VARIABLES = {
    "$__rate_interval": "5m",
    '"$job"': '"clientflow"',
    '"$instance"': '".*"',
}


def promtool(*arguments: str | Path, cwd: Path = ALERTS.parent) -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool is not installed; `make test` sets it up"
    done = subprocess.run(
        [program, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries(node: Any) -> Iterator[str]:
    """Every query of the dashboard: of its panels, and of its annotations."""
    if isinstance(node, dict):
        if isinstance(node.get("expr"), str):
            yield node["expr"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from queries(inner)


def documented() -> set[str]:
    """The names of the figures; another test compares the table with what a server sends."""
    table = OPERATIONS.section("Metrics").table("Metric", "Is")
    return {code_in(row["Metric"])[0] for row in table}


def asked_for(query: str) -> set[str]:
    without_labels = re.sub(r"\{[^}]*\}", "", query)
    return {OF_A_HISTOGRAM.sub("", name) for name in FIGURE.findall(without_labels)}


def test_each_alert_fires_in_its_incident_and_none_in_an_ordinary_hour() -> None:
    promtool("check", "rules", ALERTS.name)
    promtool("test", "rules", "alerts.test.yml")
    tested = yaml.safe_load((ALERTS.parent / "alerts.test.yml").read_text())["tests"]
    firing = {
        case["alertname"]
        for test in tested
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    silent = {case["alertname"] for case in tested[0]["alert_rule_test"]}
    assert firing == silent == {rule["alert"] for rule in rules()}


def test_each_alert_names_the_place_in_the_runbook_that_says_what_to_do() -> None:
    told = OPERATIONS.section("Alerts").headings
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["alert"] in told
        assert rule["labels"]["severity"] in ("page", "warn")


def test_alerts_and_dashboard_ask_for_figures_that_there_are() -> None:
    dashboard = list(queries(json.loads(DASHBOARD.read_text())))
    assert len(dashboard) > 30
    for query in [*dashboard, *(rule["expr"] for rule in rules())]:
        names = asked_for(query)
        assert names or "up{" in query, query
        assert names <= documented(), query


def test_every_figure_is_on_the_dashboard_or_in_an_alert() -> None:
    texts = [*queries(json.loads(DASHBOARD.read_text())), *(rule["expr"] for rule in rules())]
    assert documented() - {name for text in texts for name in asked_for(text)} == set()


def test_every_query_of_the_dashboard_can_be_parsed(tmp_path: Path) -> None:
    records = []
    for number, query in enumerate(queries(json.loads(DASHBOARD.read_text()))):
        for name, value in VARIABLES.items():
            query = query.replace(name, value)
        assert "$" not in query
        records.append({"record": f"query:{number}", "expr": query})
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": records}]}))
    promtool("check", "rules", file)


def test_no_two_panels_of_the_dashboard_lie_upon_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    ids = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        ids.add(panel["id"])
    assert len(ids) == len(json.loads(DASHBOARD.read_text())["panels"])
