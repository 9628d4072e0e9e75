"""Which channels are wanted, which the server has confirmed, and the next step between the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Step(NamedTuple):
    unsubscribe: list[str]
    subscribe: list[str]


class Subscriptions:
    """Wishes change at once; one runner takes the steps, one at a time, and reports each.

    A step is computed from the wish of the moment, never from a queue of past requests: however
    fast a channel is closed and opened, the last wish wins.
    """

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._confirmed: set[str] = set()
        self._touched: dict[str, None] = {}  # an ordered set: first touched, first served

    def __contains__(self, channel: str) -> bool:
        return channel in self._wanted

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    def want(self, channel: str) -> None:
        self._wanted.add(channel)
        self._touched[channel] = None

    def drop(self, channel: str) -> None:
        self._wanted.discard(channel)
        self._touched[channel] = None

    def settled(self, channel: str) -> bool:
        """Whether there is nothing to wait for: confirmed by the server, or not wanted any more."""
        return channel in self._confirmed or channel not in self._wanted

    def next_step(self, channels: int) -> Step | None:
        """What to ask of the server now, of at most so many channels; None if all is as wished."""
        step = Step([], [])
        while self._touched and len(step.subscribe) + len(step.unsubscribe) < channels:
            channel = next(iter(self._touched))
            del self._touched[channel]
            if channel in self._wanted and channel not in self._confirmed:
                step.subscribe.append(channel)
            elif channel in self._confirmed and channel not in self._wanted:
                # From here on nothing is sure to come: who wants it again has to wait again.
                self._confirmed.discard(channel)
                step.unsubscribe.append(channel)
        return step if step.subscribe or step.unsubscribe else None

    def confirm(self, step: Step) -> None:
        self._confirmed.update(step.subscribe)

    def forget(self) -> None:
        """A new connection: nothing is subscribed, everything wanted has to be."""
        self._confirmed.clear()
        self._touched = dict.fromkeys(self._wanted)
