"""scripts/deploy.sh and scripts/terraform.sh, with stand-ins for the platforms' command lines."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.deploy.scripts import STAND_INS, Clone, Run, answering

DEPLOYED, FAILED, WRONG_USE = range(3)
SCRIPTS = ["deploy.sh", "deploy_ecr_ecs.sh", "rollback_using_arn.sh", "terraform.sh"]

Call = Callable[..., tuple[Run, list[str]]]


@pytest.fixture
def call(clone: Clone, tmp_path: Path) -> Call:
    """Runs a script; gives what it says and what it called."""
    log, programs = tmp_path / "calls", tmp_path / "bin"
    log.touch()
    programs.mkdir()
    for name in ("railway", "heroku", "terraform", "docker"):
        (programs / name).symlink_to(STAND_INS / "recorder")

    def run(script: str, *arguments: str, **environment: str) -> tuple[Run, list[str]]:
        log.write_text("")
        given: Mapping[str, str] = {"CALLS_LOG": str(log), **environment}
        done = clone.run(script, *arguments, environment=given, first=programs)
        return done, log.read_text().splitlines()

    return run


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_tells_how_it_is_used(script: str, call: Call) -> None:
    run, calls = call(script, "--help")
    assert run.code == DEPLOYED
    assert f"Usage: scripts/{script}" in run.out
    assert "Exit codes: 0" in run.out
    assert calls == []


@pytest.mark.parametrize(
    ("target", "called"),
    [
        ("railway", ["railway up --ci --service board"]),
        ("local-compose", ["docker compose up --build --detach --wait --wait-timeout 180"]),
    ],
)
def test_each_target_is_deployed_by_its_own_command_and_asked_whether_it_serves(
    target: str, called: list[str], call: Call
) -> None:
    with answering("ready") as serving, answering("unavailable", 503) as broken:
        run, calls = call("deploy.sh", target, "--url", serving, RAILWAY_SERVICE="board")
        assert (run.code, calls) == (DEPLOYED, called)
        assert "says ready" in run.said
        run, _ = call("deploy.sh", target, "--url", broken, RAILWAY_SERVICE="board")
        assert run.code == FAILED
        assert "it was deployed and does not serve" in run.said


def test_heroku_is_told_of_its_app_before_the_push(call: Call) -> None:
    run, calls = call("deploy.sh", "heroku", HEROKU_APP="board")
    assert calls == ["heroku git:remote --app board --remote heroku"]
    assert run.code != DEPLOYED, "the clone has no such remote: the push fails"
    run, calls = call("deploy.sh", "heroku", "--dry-run", HEROKU_APP="board")
    assert (run.code, calls) == (DEPLOYED, [])
    assert "would run: git push heroku HEAD:refs/heads/main" in run.said
    run, _ = call("deploy.sh", "heroku")
    assert run.code == WRONG_USE


@pytest.mark.parametrize("target", ["railway", "local-compose"])
def test_a_dry_run_calls_nothing(target: str, call: Call) -> None:
    run, calls = call("deploy.sh", target, "--dry-run", "--url", "http://127.0.0.1:1")
    assert (run.code, calls) == (DEPLOYED, [])
    assert "would run" in run.said
    assert "would ask: http://127.0.0.1:1/readyz" in run.said


def test_a_target_that_nobody_knows_is_refused_and_ecs_has_its_own_script(call: Call) -> None:
    run, _ = call("deploy.sh", "moon")
    assert (run.code, "unknown target: moon" in run.said) == (WRONG_USE, True)
    run, _ = call("deploy.sh", "ecs", "--help")
    assert "Usage: scripts/deploy_ecr_ecs.sh" in run.out


def test_what_is_missing_is_named(clone: Clone, tmp_path: Path) -> None:
    run = clone.run("deploy.sh", "railway", environment={})
    assert run.code == FAILED
    assert "not installed: railway" in run.said


def test_terraform_applies_the_very_plan_that_it_made(call: Call) -> None:
    given = {"TF_STATE_BUCKET": "states", "TF_VARS": 'region = "eu-west-1"'}
    run, calls = call("terraform.sh", "apply", "staging", **given)
    assert run.code == DEPLOYED, run.said
    init, plan, apply = calls
    assert "environments/staging init" in init
    assert "-backend-config=bucket=states" in init
    file = plan.rpartition("-out=")[2]
    assert "-var-file=" in plan
    assert "eu-west-1" not in plan
    assert apply.endswith(f"apply -lock-timeout=5m {file}")
    assert not Path(file).parent.exists(), "a plan holds secrets"
    _, calls = call("terraform.sh", "plan", "staging", TF_STATE_BUCKET="states")
    assert [line.split()[2] for line in calls] == ["init", "plan"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "check, plan or apply?"),
        (["plan"], "needs one environment"),
        (["apply", "moon"], "unknown environment: moon"),
        (["plan", "dev"], "TF_STATE_BUCKET"),
        (["check", "dev"], "takes no environment"),
    ],
)
def test_terraform_is_not_started_on_wrong_use(arguments: list[str], said: str, call: Call) -> None:
    run, calls = call("terraform.sh", *arguments)
    assert (run.code, calls) == (WRONG_USE, [])
    assert said in run.said
