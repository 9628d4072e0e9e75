"""The command line without a server: what it prints, how it ends, what it keeps."""

from __future__ import annotations

import inspect
import stat
from pathlib import Path

import click
import pytest

from clientflow import errors
from clientflow.cli import main, settings
from clientflow.cli.app import OPERATING, root
from clientflow.cli.exits import Exit, exit_of, mend_of
from clientflow.cli.fields import MomentType, MoneyType
from clientflow.cli.output import columns_of, cut, fitted, joined, money_text, text_of
from realtime.messages import Money
from realtime.problems import Problem, ProblemKind
from server.cli import commands

NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CLIENTFLOW_URL", "CLIENTFLOW_TOKEN", "CLIENTFLOW_WORKSPACE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def walk(command: click.Command, name: str = "clientflow") -> list[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        return [(name, command)]
    inner = [walk(each, f"{name} {called}") for called, each in command.commands.items()]
    return [found for each in inner for found in each]


ALL = [*walk(root), *walk(commands)]


def test_the_operator_s_commands_are_those_of_the_server() -> None:
    shown = {name: command.get_short_help_str(200) for name, command in commands.commands.items()}
    assert shown == OPERATING


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_every_command_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.callback is not None
    assert inspect.getdoc(command.callback)
    options = {option for parameter in command.params for option in parameter.opts}
    quiet = {"serve", "migrate", "demo", "healthcheck", "completion"}
    assert "--json" in options or name.rsplit(maxsplit=1)[-1] in quiet


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_CLIENTFLOW_COMPLETE" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "clientflow 0.1.0\n"


def test_an_unreachable_server_is_said_with_the_mend_and_exit_code_6(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clientflow.limits.ClientLimits.max_tries", 1)
    monkeypatch.setenv("CLIENTFLOW_TOKEN", "cfp_x")
    monkeypatch.setenv("CLIENTFLOW_URL", NOBODY_THERE)
    assert main(["whoami"]) == Exit.UNREACHABLE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: The server cannot be reached")
    assert f"Is the server running at {NOBODY_THERE}?" in said.err
    assert "Traceback" not in said.err


def test_without_a_token_it_says_how_to_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "list", "--json"]) == Exit.NOT_AUTHORISED
    said = capsys.readouterr().err
    assert '"exit_code":3' in said
    assert "clientflow login" in said


@pytest.mark.parametrize(
    "arguments", [["clients", "fly"], ["clients", "update", "c1"], ["whoami", "--url", "ftp://x"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert main(arguments) == Exit.USAGE


@pytest.mark.parametrize("kind", ProblemKind, ids=lambda kind: kind.anchor)
def test_every_problem_has_an_exit_code(kind: ProblemKind) -> None:
    expected = {401: 3, 403: 3, 404: 4, 409: 5, 412: 5, 422: 2, 400: 2, 503: 6}
    assert exit_of(errors.refused(Problem.of(kind, "no"))) == expected.get(kind.status, 1)


def test_the_mend_names_the_server() -> None:
    assert "http://x" in (mend_of(errors.Unreachable("no"), "http://x") or "")


def test_a_login_is_kept_for_oneself_alone_and_sent_to_its_own_server_only() -> None:
    path = settings.keep_login(settings.Login("http://a.test", "cfp_secret"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings.chosen(None, None).token == "cfp_secret"
    assert settings.chosen("http://a.test/", None).token == "cfp_secret"
    assert settings.chosen("http://b.test", None).token is None
    assert [each.name for each in path.parent.iterdir()] == ["login.json"]
    settings.forget_login()
    assert settings.kept_login() is None


def test_a_login_that_cannot_be_read_is_said_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.login_file().parent.mkdir(parents=True)
    settings.login_file().write_text("{")
    assert main(["whoami"]) == Exit.FAILED
    assert "delete it" in capsys.readouterr().err


def test_what_others_have_written_cannot_steer_the_terminal() -> None:
    assert text_of("a\x1b[31mb\x9dc\u202ed") == "a\ufffd[31mb\ufffdc\ufffdd"
    assert text_of(["né", "👩\u200d🚀"]) == "né, 👩\u200d🚀"


def test_tables_keep_to_the_width_of_the_terminal() -> None:
    widths = fitted([4, 60, 30], room=50)
    assert sum(widths) + 4 <= 50
    row = joined(["a", "日本語" * 20, "plain"], widths)
    assert columns_of(row) <= 50
    assert fitted([32, 60], room=50, whole={0}) == [32, 16]
    assert cut("日本語", 4) == "日…"
    assert cut("short", 5) == "short"


def test_money_is_read_and_written_in_major_units() -> None:
    read = MoneyType().convert
    assert read("1250.50 EUR", None, None) == Money(amount=125_050, currency="EUR")
    assert read("1250jpy", None, None) == Money(amount=1250, currency="JPY")
    assert money_text(Money(amount=125_050, currency="EUR")) == "1,250.50 EUR"
    for wrong in ("1250", "EUR", "1.505 EUR", "1.5 JPY"):
        with pytest.raises(click.BadParameter):
            read(wrong, None, None)


def test_days_and_times_are_read() -> None:
    read = MomentType().convert
    assert read("2026-01-31", None, None).isoformat() == "2026-01-31T12:00:00+00:00"
    assert read("2026-01-31T09:30:00Z", None, None).isoformat() == "2026-01-31T09:30:00+00:00"
    with pytest.raises(click.BadParameter):
        read("tomorrow", None, None)
