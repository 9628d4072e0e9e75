import os
import subprocess
import sys
import time

import pytest

from bench import proc

# A program may call itself anything.
STAT = (
    "1234 (a) R 2 (b) S 1 1234 1234 0 -1 4194304 205 0 0 0 150 350 7 7 20 0 1 0 1466373 6598656 335"
)


def test_processor_time_is_user_and_system_ticks_of_stat():
    assert proc.cpu_seconds_of_stat(STAT) == pytest.approx(500 / proc.TICKS_PER_S)


def test_processor_time_of_a_thread_is_counted_in_nanoseconds():
    assert proc.cpu_seconds_of_schedstat("3573558384 7105635 601\n") == pytest.approx(3.573558384)


def test_memory_is_the_proportional_set_size():
    rollup = (
        "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss: 4000 kB\nPss:    1234 kB\nPss_Anon: 9 kB\n"
    )

    assert proc.pss_bytes_of_rollup(rollup) == 1234 * 1024


def test_a_rollup_without_pss_is_refused():
    with pytest.raises(ValueError, match="Pss"):
        proc.pss_bytes_of_rollup("Rss: 4000 kB\n")


def test_time_spent_here_is_seen_in_proc():
    before, clock = proc.cpu_seconds([os.getpid()]), time.process_time()
    while time.process_time() - clock < 0.1:
        pass

    assert proc.cpu_seconds([os.getpid()]) - before > 0.05


def test_a_thread_that_has_ended_is_remembered_by_the_ticks(tmp_path):
    (tmp_path / "7" / "task" / "7").mkdir(parents=True)
    (tmp_path / "7" / "stat").write_text(STAT)
    (tmp_path / "7" / "task" / "7" / "schedstat").write_text("1000000000 0 0\n")

    assert proc.cpu_seconds([7], tmp_path) == pytest.approx(5.0)


def test_a_process_counts_with_all_below_it():
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1); input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.read(1)
        found = proc.with_descendants(process.pid)
        process.communicate(b"\n")

    assert found[0] == process.pid
    assert len(found) == 2
