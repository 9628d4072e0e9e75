"""docs/cli.md and client.md: their tables are those of the code."""

import re

import click

import clientflow
from clientflow.cli.app import root
from clientflow.cli.exits import Exit
from clientflow.limits import ClientLimits
from server.cli import commands
from tests.unit.docs.markdown import Page, code_in

CLI = Page("docs/cli.md")
CLIENT = Page("docs/client.md")
LIMITS = ClientLimits()


def walk(command: click.Command, name: str) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {name: command}
    return {
        found: each
        for called, inner in command.commands.items()
        for found, each in walk(inner, f"{name} {called}").items()
    }


COMMANDS = walk(root, "clientflow") | walk(commands, "clientflow")
ROWS = CLI.section("Commands").table("Command", "Does")


def test_every_command_is_listed() -> None:
    assert sorted(code_in(row["Command"])[0] for row in ROWS) == sorted(COMMANDS)


def test_every_option_named_is_one_of_the_command() -> None:
    for row in ROWS:
        command = COMMANDS[code_in(row["Command"])[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        named = {code for code in code_in(row["Does"]) if code.startswith("--")}
        assert named <= options, row["Command"]


def test_every_exit_code_is_listed() -> None:
    listed = [int(row["Code"]) for row in CLI.section("Exit codes").table("Code", "Means")]
    assert listed == [int(code) for code in Exit]


def test_the_variables_are_those_that_are_read() -> None:
    named = {code_in(row["Variable"])[0] for row in CLI.table("Variable", "Instead of")}
    options = {
        name
        for command in walk(root, "").values()
        for parameter in command.params
        if isinstance(parameter.envvar, str)
        for name in [parameter.envvar]
    }
    assert options | {"CLIENTFLOW_TOKEN", "CLIENTFLOW_DEBUG", "NO_COLOR"} == named


def test_every_error_named_is_there() -> None:
    named = {
        name
        for name in code_in(CLIENT.section("Errors").text)
        if re.fullmatch(r"[A-Z][A-Za-z]+", name) and name != "ClientFlow"
    }
    assert named >= {"Unreachable", "Incompatible", "Refused"}
    assert named <= set(clientflow.__all__)


def test_the_figures_are_those_of_the_code() -> None:
    text = " ".join(CLIENT.text.split())
    for figure in (
        f"up to {LIMITS.restart_spread_s:g} seconds, so that",
        f"at least {LIMITS.min_rate_limited_s:g} seconds",
        f"after {LIMITS.sockets_before_polling} tries the long poll",
        f"beyond {LIMITS.max_changes_waiting:,} changes",
        f"not after {LIMITS.max_tries} tries",
    ):
        assert figure in text, figure
    assert LIMITS.holes_before_reload == 2
    assert LIMITS.max_retry_after_s == 60
