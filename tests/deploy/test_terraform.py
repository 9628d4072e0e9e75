"""The infrastructure as code. There is no Terraform here and no cloud: what can be wrong without them is looked for."""

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from realtime.session import SessionLimits
from tests.deploy.terraform.configuration import (
    TERRAFORM,
    Block,
    Module,
    Reference,
    module,
    modules,
    sources,
)
from tests.deploy.terraform.provider import Argument, Schema, schema
from tests.services import ROOT

ENVIRONMENTS = ("dev", "staging", "prod")
_OF_TERRAFORM = frozenset({"count", "depends_on", "for_each", "lifecycle", "provider"})

each_module = pytest.mark.parametrize("within", modules(), ids=lambda module: module.name)


def test_every_file_is_formatted_as_terraform_fmt_does() -> None:
    unformatted = [
        path for path, read in sources().items() if path.read_text() != read["formatted"]
    ]

    assert unformatted == []


@each_module
def test_arguments_are_those_of_the_providers_schema(within: Module) -> None:
    faults = [
        f"{item.kind} {item.type}.{item.name}: {fault}"
        for item in within.declared
        for fault in _misused(schema(item.kind, item.type), item.body)
    ]

    assert faults == []


@each_module
def test_whatever_is_referred_to_is_there(within: Module) -> None:
    assert [reference for reference in within.references if not _is_there(within, reference)] == []


@each_module
def test_whatever_is_declared_as_an_input_or_a_local_is_used(within: Module) -> None:
    used = {(reference.kind, reference.name) for reference in within.references}

    assert {("var", name) for name in within.variables} <= used
    assert {("local", name) for name in within.locals} <= used


@each_module
def test_inputs_and_outputs_say_what_they_are(within: Module) -> None:
    for name, variable in within.variables.items():
        assert variable.get("description"), name
        assert variable.get("type"), name
    for name, output in within.outputs.items():
        assert output.get("description"), name


@each_module
def test_modules_are_given_what_they_ask_for(within: Module) -> None:
    for call, body in within.calls.items():
        asked = within.called(call).variables
        given = body.keys() - {"source"}
        assert given <= asked.keys(), call
        assert {name for name, variable in asked.items() if "default" not in variable} <= given, (
            call
        )


def test_environments_differ_in_sizes_alone() -> None:
    dev, staging, prod = (environment(name) for name in ENVIRONMENTS)

    for other in (staging, prod):
        assert other.variables == dev.variables
        assert other.outputs == dev.outputs
        assert stack_of(other).keys() - {"settings"} == stack_of(dev).keys() - {"settings"}


def test_production_outlives_a_zone_and_cannot_be_deleted_by_mistake() -> None:
    prod = stack_of(environment("prod"))

    assert prod["nat_per_zone"] is True
    assert prod["database"]["multi_az"] is True
    assert prod["database"]["deletion_protection"] is True
    assert prod["database"]["backup_days"] >= 30
    assert prod["cache"]["nodes"] >= 2
    assert prod["service"]["min_tasks"] >= 3


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_example_of_an_environment_names_its_inputs(name: str) -> None:
    example = (TERRAFORM / "environments" / name / "terraform.tfvars.example").read_text()
    named = set(re.findall(r"^(\w+) +=", example, re.MULTILINE))
    variables = environment(name).variables

    assert named <= variables.keys()
    assert {name for name, variable in variables.items() if "default" not in variable} <= named


def test_state_is_kept_apart_for_each_environment_and_locked() -> None:
    backends = [environment(name).json["terraform"][0]["backend"]["s3"][0] for name in ENVIRONMENTS]

    assert len({backend["key"] for backend in backends}) == len(ENVIRONMENTS)
    assert all(backend["use_lockfile"] and backend["encrypt"] for backend in backends)


def test_the_load_balancer_outlasts_the_heartbeat() -> None:
    service = module(TERRAFORM / "modules" / "service")

    assert service.locals["heartbeat_s"] == SessionLimits().heartbeat_s
    assert service.one("aws_lb")["idle_timeout"] == "${local.heartbeat_s * 4}"


def test_settings_of_the_tasks_are_settings_of_the_server() -> None:
    service, stack = (module(TERRAFORM / "modules" / name) for name in ("service", "stack"))
    named = set(re.findall(r"\b([A-Z][A-Z_]+) +=", service.locals["settings"]))
    named |= set(re.findall(r"\b([A-Z][A-Z_]+) =", stack.locals["secret_arns"]))
    named |= set(re.findall(r'"([A-Z_]+)"', stack.one("aws_secretsmanager_secret")["for_each"]))
    named |= {
        name for env in ENVIRONMENTS for name in stack_of(environment(env)).get("settings", {})
    }
    known = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert {"JWT_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT"} <= named
    assert named <= known


@pytest.mark.timeout(180)
def test_checkov_finds_nothing_and_each_skip_is_argued() -> None:
    done = subprocess.run(
        [ROOT / ".venv/infra/bin/checkov", "-d", TERRAFORM, "--skip-download", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LOG_LEVEL": "ERROR"},
    )
    reports = json.loads(done.stdout)
    results = [
        report["results"] for report in (reports if isinstance(reports, list) else [reports])
    ]

    failed = [check for result in results for check in result["failed_checks"]]
    assert [f"{check['check_id']} {check['resource']}" for check in failed] == []
    assert sum(len(result["passed_checks"]) for result in results) > 300
    skipped = [check for result in results for check in result["skipped_checks"]]
    assert all(len(check["check_result"]["suppress_comment"]) > 20 for check in skipped)


class TestTheReading:
    """The checks above would pass if they saw nothing: planted faults are seen."""

    def test_an_unknown_argument_is_seen(self) -> None:
        assert list(_misused(schema("resource", "aws_sns_topic"), {"nmae": "x"})) == ["no nmae"]

    def test_a_missing_argument_of_a_nested_block_is_seen(self) -> None:
        faults = _misused(schema("resource", "aws_lb"), {"access_logs": [{"enabled": True}]})

        assert list(faults) == ["access_logs: needs bucket"]

    def test_a_block_written_as_a_value_is_seen(self) -> None:
        faults = _misused(schema("resource", "aws_lb"), {"access_logs": "x"})

        assert list(faults) == ["access_logs is a block"]

    def test_a_resource_that_the_provider_does_not_have_is_seen(self) -> None:
        with pytest.raises(LookupError):
            schema("resource", "aws_ecs_servise")

    def test_a_reference_to_nothing_is_seen(self) -> None:
        stack = module(TERRAFORM / "modules" / "stack")

        assert _is_there(stack, Reference("module", "", "service", "cluster_arn"))
        assert not _is_there(stack, Reference("module", "", "service", "cluster"))
        assert not _is_there(stack, Reference("var", "", "colour", None))
        assert _is_there(stack, Reference("resource", "aws_kms_key", "this", "arn"))
        assert not _is_there(stack, Reference("resource", "aws_kms_key", "this", "arm"))


def environment(name: str) -> Module:
    return module(TERRAFORM / "environments" / name)


def stack_of(within: Module) -> Block:
    return within.calls["stack"]


def _misused(of: Schema, body: Block, block: str = "") -> Iterator[str]:
    """What does not fit the schema: arguments that there are not, needed ones not given, values that are blocks."""
    known = of.arguments(block)
    for name, value in body.items():
        if not block and name in _OF_TERRAFORM:
            continue
        if name not in known:
            yield f"no {name}"
        elif known[name].block not in ("", "*"):
            yield from _misused_block(of, name, known[name], value)
    for name in known.keys() - body.keys():
        if known[name].required:
            yield f"needs {name}"


def _misused_block(of: Schema, name: str, argument: Argument, value: object) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{name} is a block"
        return
    for inner in value:
        for fault in _misused(of, inner, argument.block):
            yield f"{name}: {fault}"


def _is_there(within: Module, reference: Reference) -> bool:
    if reference.kind == "var":
        return reference.name in within.variables
    if reference.kind == "local":
        return reference.name in within.locals
    if reference.kind == "module":
        return reference.name in within.calls and (
            reference.attribute is None
            or reference.attribute in within.called(reference.name).outputs
        )
    found = [
        item
        for item in within.declared
        if (item.kind, item.type, item.name) == (reference.kind, reference.type, reference.name)
    ]
    if not found:
        return False
    attributes = schema(reference.kind, reference.type).attributes
    return reference.attribute is None or reference.attribute in attributes
