"""What the deployment makes of ECS's answers, with answers that moto never gives."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.scripts import STAND_INS, Clone, Run

FAILED, PUT_BACK, STUCK = 1, 3, 4
DEFINITIONS = "arn:aws:ecs:eu-west-1:123456789012:task-definition/clientflow"
OLD, NEW = f"{DEFINITIONS}:1", f"{DEFINITIONS}:2"
TASK = {"taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/c/1", "taskDefinitionArn": NEW}

Json = dict[str, Any]
Deploy = Callable[..., Run]


def deployment(definition: str, state: str = "COMPLETED", **fields: Any) -> Json:
    return {
        "status": "PRIMARY",
        "taskDefinition": definition,
        "desiredCount": 2,
        "runningCount": 2 if state == "COMPLETED" else 0,
        "pendingCount": 0,
        "rolloutState": state,
        "rolloutStateReason": f"deployment {state.lower()}",
        **fields,
    }


def service(*deployments: Json) -> Json:
    return {"status": "ACTIVE", "taskDefinition": OLD, "deployments": list(deployments)}


def stopped(exit_code: int | None) -> Json:
    container = {"name": "clientflow"} | ({} if exit_code is None else {"exitCode": exit_code})
    reason = "CannotPullContainerError"
    return {**TASK, "lastStatus": "STOPPED", "containers": [container], "stoppedReason": reason}


@pytest.fixture
def deploy(clone: Clone, tmp_path: Path) -> Deploy:
    """Runs the deployment with these answers of ECS."""

    def run(found: Json, task: Json | None = None, **answers: Any) -> Run:
        definition = {"family": "clientflow", "containerDefinitions": [{"name": "clientflow"}]}
        given = {
            "sts-get-caller-identity": "123456789012",
            "ecs-describe-services": {"services": [found]},
            "ecs-describe-task-definition": {"taskDefinition": definition},
            "ecs-register-task-definition": NEW,
            "ecs-run-task": {"tasks": [TASK]},
            "ecs-describe-tasks": {"tasks": [task or stopped(0)]},
            "ecs-stop-task": "",
            "ecs-update-service": "",
        } | {name.replace("_", "-"): answer for name, answer in answers.items()}
        for name, answer in given.items():
            text = answer if isinstance(answer, str) else json.dumps(answer)
            (tmp_path / name).write_text(text)
        environment = {
            "AWS_ANSWERS": str(tmp_path),
            "AWS_LOG": str(tmp_path / "asked"),
        }
        image = "repository@sha256:" + "0" * 64
        arguments = ["--cluster", "c", "--service", "s", "--image", image]
        canned = STAND_INS / "canned"
        done = clone.run("deploy_ecr_ecs.sh", *arguments, environment=environment, first=canned)
        return replace(done, asked=(tmp_path / "asked").read_text())

    return run


def test_a_deployment_that_ecs_gives_up_is_put_back(deploy: Deploy) -> None:
    """ECS's circuit breaker makes the deployment before the primary one again."""
    run = deploy(service(deployment(OLD, rolloutStateReason="rolling back to ecs-svc/1")))
    assert run.code == PUT_BACK
    assert "given up: rolling back to ecs-svc/1" in run.said
    assert f"update-service --cluster c --service s --task-definition {OLD}" in run.asked


def test_a_service_that_cannot_be_put_back_either_is_left_with_what_to_do(deploy: Deploy) -> None:
    run = deploy(service(deployment(NEW, "FAILED")))
    assert run.code == STUCK
    assert f"scripts/rollback_using_arn.sh --cluster c --service s {OLD}" in run.said


def test_a_migration_that_does_not_end_is_stopped(deploy: Deploy) -> None:
    run = deploy(service(deployment(OLD)), {**TASK, "lastStatus": "RUNNING"})
    assert run.code == FAILED
    assert f"stop-task --cluster c --task {TASK['taskArn']}" in run.asked
    assert "update-service" not in run.asked


def test_a_migration_whose_container_never_ran_is_a_failure(deploy: Deploy) -> None:
    run = deploy(service(deployment(OLD)), stopped(None))
    assert run.code == FAILED
    assert "exit code none: CannotPullContainerError" in run.said
    assert "update-service" not in run.asked


def test_a_migration_that_finds_no_place_is_a_failure(deploy: Deploy) -> None:
    refused = {"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}
    run = deploy(service(deployment(OLD)), ecs_run_task=refused)
    assert run.code == FAILED
    assert "cannot be placed: RESOURCE:MEMORY" in run.said


def test_a_task_definition_without_the_container_is_refused(deploy: Deploy) -> None:
    other = {"taskDefinition": {"family": "f", "containerDefinitions": [{"name": "other"}]}}
    run = deploy(service(deployment(OLD)), ecs_describe_task_definition=other)
    assert run.code == FAILED
    assert "has no container clientflow" in run.said
    assert "register-task-definition" not in run.asked
