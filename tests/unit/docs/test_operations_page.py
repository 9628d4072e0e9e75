"""docs/operations.md: its commands are those of the command line."""

from server.cli import commands
from tests.unit.docs.markdown import Page, code_in

OPERATIONS = Page("docs/operations.md")


def test_every_command_of_the_command_line_is_described() -> None:
    rows = OPERATIONS.section("Running").table("Command", "Does")
    described = [code_in(row["Command"])[0].removeprefix("python -m server ") for row in rows]
    assert sorted(described) == sorted(commands.commands)


def test_every_option_named_is_one() -> None:
    rows = OPERATIONS.section("Running").table("Command", "Does")
    named = {code for row in rows for code in code_in(row["Does"]) if code.startswith("--")}
    options = {
        name
        for command in commands.commands.values()
        for option in command.params
        for name in (*option.opts, *option.secondary_opts)
    }
    assert named
    assert named <= options
