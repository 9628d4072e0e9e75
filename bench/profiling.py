"""`make bench-profile`: where the time goes while a server fans out, by py-spy.

    make bench-profile SERVER=clientflow RATE=50     50 events a second
    make bench-profile SERVER=clientflow RATE=0      full speed

Prints the functions in which the event loop's thread was found, and those under which; native ones too.
"""

from __future__ import annotations

import argparse
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.loading import Load
from bench.programs import BUILD, build
from bench.servers.field import everyone
from bench.servers.peers import PYTHON, install
from bench.settings import Settings

RATE_HZ = 500
SHOWN = 25
EVERYWHERE = 0.95  # of the samples: what runs the loop, and tells nothing
WAITING = ("epoll_pwait", "epoll_wait")
Stack = tuple[list[str], int]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench-profile")
    contenders = {contender.name: contender for contender in everyone()}
    parser.add_argument("server", choices=sorted(contenders), nargs="?", default="clientflow")
    parser.add_argument("--rate", type=float, default=0, help="events a second; 0: full speed")
    parser.add_argument("--seconds", type=int, default=6)
    arguments = parser.parse_args()
    build()
    install("python")
    settings = Settings()
    contender = contenders[arguments.server]
    contender.prepare()
    record = BUILD / "profile.txt"
    with contender.running() as served:
        routes = served.routes(settings.sockets, settings.publishers, settings.event_bytes)
        options = {
            "rate": arguments.rate, "window": settings.window,
            "warmup": 1.0, "duration": arguments.seconds + 2.0,
        }  # fmt: skip
        with Load("fanout", routes, options).running() as running:
            running.until("ready")
            running.say("go")
            running.until("start")
            spy = [str(PYTHON.with_name("py-spy")), "record", "--native", "--threads", "--format", "raw",
                   "--rate", str(RATE_HZ), "--duration", str(arguments.seconds),
                   "--output", str(record), "--pid", str(served.services[0].pid)]  # fmt: skip
            subprocess.run(spy, check=True, capture_output=True)
    show(loop_stacks(record))


def loop_stacks(record: Path) -> list[Stack]:
    """The stacks of the main thread, without those in which it waited for something to do."""
    found = []
    for line in record.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if "MainThread" in frames[0] and not frames[-1].startswith(WAITING):
            found.append((frames[1:], int(count)))
    return found


def show(stacks: Iterable[Stack]) -> None:
    stacks = list(stacks)
    total = sum(count for _, count in stacks) or 1
    innermost: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for frames, count in stacks:
        innermost[frames[-1]] += count
        for frame in set(frames):
            within[frame] += count
    for title, counts in (("in", innermost), ("in or under", within)):
        print(f"\nfound {title}, of {total} samples:")
        telling = [it for it in counts.most_common() if it[1] < EVERYWHERE * total]
        for frame, count in telling[:SHOWN]:
            print(f"  {count / total:6.1%}  {frame}")


if __name__ == "__main__":
    main()
