"""How long and how often is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The whole run. Every load is bounded in sockets, events and time."""

    quick: bool = False
    repetitions: int = 3
    warmup_s: float = 0.7
    duration_s: float = 3.0
    sockets: int = 200
    publishers: int = 8
    event_bytes: int = 300
    large_event_bytes: int = 4096
    calm_rate: float = 50.0  # events a second
    window: int = 64  # events in flight at full speed
    idle_sockets: tuple[int, ...] = (200, 1_000, 10_000)
    parallel_accepts: int = 16
    subscribers: tuple[int, ...] = (50, 100, 200, 500, 1_000, 2_000)
    workspaces: tuple[int, ...] = (1, 10, 100, 1_000, 2_000)
    writers: tuple[int, ...] = (1, 8, 64)
    writers_workspaces: int = 8
    hostile_sockets: int = 1_000
    import_rows: int = 100_000

    @classmethod
    def quickly(cls) -> Settings:
        """A smoke run: every part is run, no figure is worth keeping."""
        return cls(
            quick=True,
            repetitions=1,
            warmup_s=0.5,
            duration_s=1.5,
            idle_sockets=(200, 1_000),
            subscribers=(50, 200, 500),
            workspaces=(1, 20, 100),
            writers=(1, 8),
            writers_workspaces=2,
        )

    @property
    def calm(self) -> dict[str, float | str | bool]:
        """The load generator's options at a fixed rate."""
        return {"rate": self.calm_rate} | self.times

    @property
    def full(self) -> dict[str, float | str | bool]:
        """The load generator's options as fast as the server goes."""
        return {"rate": 0, "window": self.window} | self.times

    @property
    def times(self) -> dict[str, float | str | bool]:
        return {"warmup": self.warmup_s, "duration": self.duration_s}
