"""Processes of one instance find each other in a folder that nobody else can slip in."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.figures.families import Family, counter, gauge
from server.figures.instance import InstanceFigures
from server.figures.workers import Workers, shared_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def read() -> Sequence[Family]:
    return [counter("writes", "W.", 3), gauge("sockets", "S.", 2)]


def values(families: Sequence[Family]) -> dict[str, float]:
    return {family.name: family.samples[0].value for family in families}


def test_the_folder_is_of_one_parent_and_for_its_owner_alone() -> None:
    folder = shared_folder()
    assert shared_folder() == folder
    assert f"-{os.getppid()}-" in folder.name
    assert folder.stat().st_mode & 0o777 == 0o700


def test_folders_of_parents_that_are_gone_are_removed(temporary: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    mine = temporary / f"clientflow-figures-{os.geteuid()}-{gone.pid}-1"
    another = temporary / f"clientflow-figures-{os.geteuid() + 1}-{gone.pid}-1"
    for folder in (mine, another):
        folder.mkdir()
        (folder / "1.figures").touch()

    shared_folder()

    assert not mine.exists()
    assert another.exists()


def test_a_folder_that_leads_elsewhere_is_refused(temporary: Path) -> None:
    folder = shared_folder()
    folder.rmdir()
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)

    with pytest.raises(PermissionError):
        shared_folder()


def test_a_process_that_ended_leaves_its_counters_and_takes_its_gauges() -> None:
    one = Workers(shared_folder(), read)
    one.open()
    assert values(one.together()) == {"writes": 3, "sockets": 2}
    one.close()

    two = Workers(shared_folder(), read)  # the same process id, as may happen
    two.open()
    assert values(two.together()) == {"writes": 6, "sockets": 2}
    two.close()
    three = Workers(shared_folder(), list)
    three.open()
    assert values(three.together()) == {"writes": 6}
    assert values(three.together()) == {"writes": 6}
    three.close()


async def test_without_a_folder_each_process_tells_of_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/in/particular")
    figures = InstanceFigures(read, several=True)
    with figures.opened():
        assert values(await figures.together()) == {"writes": 3, "sockets": 2}
        await figures.keep_writing()  # there is nothing to write
    assert "one process at a time" in caplog.text


async def test_a_folder_that_vanishes_is_no_reason_to_tell_nothing(temporary: Path) -> None:
    figures = InstanceFigures(read, several=True)
    with figures.opened():
        (folder,) = temporary.glob("clientflow-figures-*")
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        assert values(await figures.together()) == {"writes": 3, "sockets": 2}
