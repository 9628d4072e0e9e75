"""What the hub has done since the start. Written on the way of every change, so in plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from realtime.histogram import Histogram

# What took longer was not under way but away: a clock was wrong, or an instance frozen.
LONGEST_ON_THE_WAY_S = 3_600.0


@dataclass(slots=True)
class HubCounters:
    changes: int = 0  # delivered to this instance's sockets
    deliveries: int = 0  # changes times the sockets that each was written to
    frames: int = 0  # of changes, presence and replies, times sockets
    resumed: int = 0  # changes sent from the log to sockets that came back
    repaired: int = 0  # changes that the bus did not bring: read from the log
    delivery_seconds: Histogram = field(default_factory=Histogram)
    """From the commit to the write on the sockets, once for each change."""

    def delivered(self, since: float, now: float) -> None:
        """A change that was committed at `since` was written to the sockets."""
        waited = now - since
        if waited < LONGEST_ON_THE_WAY_S:
            self.delivery_seconds.observe(max(0.0, waited))
