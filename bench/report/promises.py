"""What was promised, what was measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bench.results import Row
from bench.stats import ratio

Rows = Mapping[str, Row]
FLAT_WITHIN = 1.2
LINEAR_FIT = 0.98


@dataclass(frozen=True)
class Promise:
    """`measured` is None when its row was not run, or lacks one of the servers."""

    figure: str
    wanted: str
    measured: float | None
    kept: Callable[[float], bool]
    unit: str = "x"

    @property
    def holds(self) -> str:
        if self.measured is None:
            return "not measured"
        return "yes" if self.kept(self.measured) else "no"


def promises(rows: Rows) -> list[Promise]:
    return [
        *_fanout(rows.get("fanout")),
        *_hop(rows.get("hop")),
        *_idle(rows.get("idle")),
        *_writes(rows.get("writes")),
        *_workspaces(rows.get("workspaces")),
        *_subscribers(rows.get("subscribers")),
        *_accepts(rows.get("accepts")),
        *_hostile(rows.get("hostile")),
        *_importing(rows.get("importing")),
    ]


def _fanout(row: Row | None) -> Iterator[Promise]:
    ours = (("clientflow-presence", "in memory"), ("clientflow", "with the commit"))
    paces = (("full_cpu", "full speed"), ("calm_cpu", "calm"))
    for server, what in ours:
        for figure, pace in paces:
            name = f"CPU per delivery, {what}, {pace}"
            mine = _median(row, server, figure)
            yield Promise(
                f"{name}: against the floor", "at most 1.5",
                ratio(mine, _median(row, "floor", figure)), lambda value: value <= 1.5,
            )  # fmt: skip
            yield Promise(
                f"{name}: Starlette + broadcaster against it", "at least 5",
                ratio(_median(row, "starlette", figure), mine), lambda value: value >= 5,
            )  # fmt: skip
            for peer, label in (("ws", "Node ws"), ("socket.io", "Socket.IO"), ("nchan", "nchan")):
                yield Promise(
                    f"{name}: against {label}", "less than 1",
                    ratio(mine, _median(row, peer, figure)), lambda value: value < 1,
                )  # fmt: skip


def _hop(row: Row | None) -> Iterator[Promise]:
    ours = _median(row, "clientflow-postgres-2", "p99_us")
    for bare, label in (("bare-python", "redis.asyncio"), ("bare-c", "C")):
        yield Promise(
            f"commit to delivery on another instance, p99: against a bare hop in {label}",
            "at most 3", ratio(ours, _median(row, bare, "p99_us")), lambda value: value <= 3,
        )  # fmt: skip


def _idle(row: Row | None) -> Iterator[Promise]:
    for figure, heading in (row.columns if row else {"kib_200": "KiB per socket"}).items():
        for server, store in (
            ("clientflow", "SQLite"),
            ("clientflow-postgres", "Postgres + Redis"),
        ):
            value = _median(row, server, figure)
            if figure.startswith("kib_"):
                yield Promise(f"idle, {store}: {heading}", "at most 25", value,
                              lambda value: value <= 25, "KiB")  # fmt: skip
            else:
                yield Promise(f"idle, {store}: {heading}", "all", value, lambda value: value >= 1)


def _writes(row: Row | None) -> Iterator[Promise]:
    bare = (
        ("clientflow", "sqlite3"),
        ("clientflow", "aiosqlite"),
        ("clientflow-postgres", "asyncpg"),
    )
    for figure, heading in (row.columns if row else {"writes_1_1": "writes/s"}).items():
        for server, driver in bare:
            yield Promise(
                f"{heading}: against bare {driver}", "at least 0.6",
                ratio(_median(row, server, figure), _median(row, f"{server}-{driver}", figure)),
                lambda value: value >= 0.6,
            )  # fmt: skip


def _workspaces(row: Row | None) -> Iterator[Promise]:
    counts = [name for name in (row.columns if row else {}) if name.startswith("quiet_")]
    for server, what in (("clientflow-presence", "in memory"), ("clientflow", "with the commit")):
        value = (
            ratio(_median(row, server, counts[-1]), _median(row, server, counts[0]))
            if counts
            else None
        )
        among = " against ".join(name.removeprefix("quiet_") for name in (counts[-1:] + counts[:1]))
        yield Promise(f"CPU per delivery, {what}, quiet workspaces beside it: {among}",
                      f"flat: at most {FLAT_WITHIN:g}", value, lambda value: value <= FLAT_WITHIN)  # fmt: skip


def _subscribers(row: Row | None) -> Iterator[Promise]:
    counts = [int(name[3:]) for name in (row.columns if row else {}) if name.startswith("us_")]
    few, many = (min(200, max(counts)), max(counts)) if counts else (200, 2_000)
    for server, what in (("clientflow-presence", "in memory"), ("clientflow", "with the commit")):
        yield Promise(f"CPU per event over subscribers, {what}: r² of the straight line",
                      f"linear: at least {LINEAR_FIT:g}", _median(row, server, "fit"),
                      lambda value: value >= LINEAR_FIT, "")  # fmt: skip
        grown = ratio(_median(row, server, f"us_{many}"), _median(row, server, f"us_{few}"))
        yield Promise(f"CPU per delivery, {what}: {many:,} subscribers against {few:,}",
                      f"no more than linear: at most {FLAT_WITHIN:g}",
                      None if grown is None else grown * few / many,
                      lambda value: value <= FLAT_WITHIN)  # fmt: skip


def _accepts(row: Row | None) -> Iterator[Promise]:
    for server, store in (("clientflow", "SQLite"), ("clientflow-postgres", "Postgres + Redis")):
        yield Promise(f"accepts on one core, {store}", "at least 500",
                      _median(row, server, "per_cpu_s"), lambda value: value >= 500, "/s")  # fmt: skip


def _importing(row: Row | None) -> Iterator[Promise]:
    for server, store in (("clientflow", "SQLite"), ("clientflow-postgres", "Postgres + Redis")):
        yield Promise(f"others' p99 while a file is imported, {store}: against rest", "at most 3",
                      _median(row, server, "ratio"), lambda value: value <= 3)  # fmt: skip


def _hostile(row: Row | None) -> Iterator[Promise]:
    for server, store in (("clientflow", "SQLite"), ("clientflow-postgres", "Postgres + Redis")):
        yield Promise(f"p99 beside 1,000 hostile connections against alone, {store}", "at most 2",
                      _median(row, server, "ratio"), lambda value: value <= 2)  # fmt: skip


def _median(row: Row | None, server: str, figure: str) -> float | None:
    return row.median(server, figure) if row else None
