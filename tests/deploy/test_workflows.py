"""The workflows of GitHub Actions: what can be seen of them without GitHub."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.processes import PROGRAMS
from tests.services import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
IN_AWS = ("deploy-ecs", "rollback-ecs", "terraform-apply", "terraform-plan")

Json = dict[Any, Any]


def loaded(path: Path) -> Json:
    found: Json = yaml.safe_load(path.read_text())
    return found


def steps(path: Path) -> list[Json]:
    return [step for job in loaded(path)["jobs"].values() for step in job.get("steps", [])]


def linted(program: str, *arguments: str | Path) -> None:
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [PROGRAMS / program, *arguments],
        cwd=ROOT,
        env={"PATH": path, "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing() -> None:
    linted("actionlint", *WORKFLOWS)


def test_zizmor_finds_nothing() -> None:
    linted("zizmor", "--offline", "--quiet", "--persona", "auditor", ROOT / ".github")


def test_shellcheck_finds_nothing() -> None:
    scripts = [*ROOT.glob("scripts/*.sh"), *ROOT.glob("scripts/*/*.sh"), ROOT / ".ci" / "run"]
    linted("shellcheck", "--external-sources", *scripts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_with_their_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        if not action.startswith("$/"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_one_version_of_an_action_is_used_everywhere() -> None:
    used = {
        tuple(action.split("@"))
        for path in WORKFLOWS
        for action in re.findall(r"uses: (\S+@\S+)", path.read_text())
    }
    assert len(used) == len({name for name, _ in used})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nobody_gets_more_rights_than_needed(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        allowed = {"contents": "read"}
        if any(
            "configure-aws-credentials" in step.get("uses", "") for step in job.get("steps", [])
        ):
            allowed["id-token"] = "write"
            assert job["environment"]
        assert job["permissions"] == allowed
        assert "timeout-minutes" in job or "uses" in job
    assert "secrets." not in path.read_text()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_people_type_in_never_becomes_part_of_a_script(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("name", IN_AWS)
def test_work_in_the_cloud_is_done_by_scripts_that_can_be_run_by_hand(name: str) -> None:
    runs = [step["run"] for step in steps(FOLDER / f"{name}.yml") if "run" in step]
    called = set(re.findall(r"scripts/[\w.]+\.sh", "\n".join(runs)))
    assert called
    for script in called:
        assert os.access(ROOT / script, os.X_OK)
    assert not re.search(r"\b(aws|docker|terraform) ", "\n".join(runs))


@pytest.mark.parametrize("name", IN_AWS)
def test_what_is_under_way_in_the_cloud_is_never_cut_off(name: str) -> None:
    concurrency = loaded(FOLDER / f"{name}.yml")["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert "${{" in concurrency["group"], "each environment goes by itself"


def test_a_deployment_and_a_rollback_of_one_environment_wait_for_each_other() -> None:
    groups = {loaded(FOLDER / f"{name}.yml")["concurrency"]["group"] for name in IN_AWS[:2]}
    assert len(groups) == 1


def test_what_is_deployed_was_tested_before() -> None:
    jobs = loaded(FOLDER / "deploy-ecs.yml")["jobs"]
    assert jobs["deploy"]["needs"] == "test"
    assert jobs["test"]["uses"] == "$/.github/workflows/ci.yml"
    assert any(step.get("run") == "make test" for step in steps(FOLDER / "ci.yml"))
