"""The families of /metrics, read from the live objects when asked. No workspace and no person is in any label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from realtime.bus import Bus, BusState
from realtime.hub import Hub
from realtime.problems import CloseCode
from server.assistant.provider import FaultKind
from server.assistant.replies import Replies
from server.figures.families import Family, counter, gauge, histogram
from server.figures.process import build_family, process_families
from server.figures.tally import Tally
from server.version import VERSION
from storage import Storage

_BUS_COUNTERS = {
    "published": "Messages sent to the bus.",
    "publish_dropped": "Messages that could not be sent; a wake-up follows.",
    "received": "Messages received from the bus.",
    "received_dropped": "Messages dropped on overflow; a wake-up follows.",
    "reconnects": "Times the bus was connected again.",
}


class Reading:
    """Reads one process."""

    def __init__(
        self,
        tally: Tally,
        hub: Hub,
        bus: Bus,
        storage: Storage,
        commands_waiting: Callable[[], int],
        replies: Replies,
    ) -> None:
        self._tally = tally
        self._hub = hub
        self._bus = bus
        self._storage = storage
        self._commands_waiting = commands_waiting
        self._replies = replies

    def __call__(self) -> Sequence[Family]:
        return [
            *self._sockets(),
            *self._changes(),
            *self._bus_families(),
            *self._database(),
            *self._assistant(),
            *self._requests(),
            *(family for source in self._tally.sources for family in source()),
            *process_families(),
            build_family(VERSION),
        ]

    def _sockets(self) -> Iterator[Family]:
        hub, tally = self._hub, self._tally
        backlogs = list(hub.backlogs())
        yield gauge("clientflow_sockets", "Websockets that have joined a workspace.", hub.sockets)
        yield gauge("clientflow_topics", "Workspaces followed by this instance.", hub.topics)
        yield gauge("clientflow_draining", "1 once it was told to stop.", hub.draining, merge="max")
        yield counter(
            "clientflow_frames",
            "Frames received, and sent: live, from the log at a resume, as an answer.",
            {
                ("in", "received"): tally.frames_received,
                ("out", "live"): hub.counters.frames,
                ("out", "log"): hub.counters.resumed,
                ("out", "answer"): tally.frames_answered,
            },
            ["direction", "kind"],
        )
        yield gauge("clientflow_backlog_bytes", "Bytes that wait for slow readers.", sum(backlogs))
        yield gauge(
            "clientflow_backlog_bytes_max",
            "The longest backlog.",
            max(backlogs, default=0),
            merge="max",
        )
        yield counter(
            "clientflow_closes",
            "Websockets that have ended, by close code.",
            tally.closes,
            ["code"],
        )
        slow = tally.closes[str(int(CloseCode.TOO_SLOW))]
        yield counter("clientflow_slow_closes", "Readers that were too slow.", slow)

    def _changes(self) -> Iterator[Family]:
        counters, tally = self._hub.counters, self._tally
        yield counter("clientflow_changes", "Changes delivered to sockets here.", counters.changes)
        yield counter(
            "clientflow_deliveries", "Changes times the sockets they went to.", counters.deliveries
        )
        yield counter(
            "clientflow_repaired",
            "Changes read from the log, which the bus did not bring.",
            counters.repaired,
        )
        yield gauge(
            "clientflow_topics_pending",
            "Frames and changes that wait in topics.",
            self._hub.pending,
        )
        yield histogram(
            "clientflow_delivery_seconds",
            "From the commit of a change to its write on the sockets.",
            counters.delivery_seconds,
        )
        yield counter(
            "clientflow_commands", "Commands answered.", tally.commands, ["op", "via", "result"]
        )
        yield gauge(
            "clientflow_commands_waiting",
            "Commands that wait for their turn.",
            self._commands_waiting(),
        )
        yield histogram(
            "clientflow_command_seconds",
            "From a command's coming to its answer.",
            tally.command_seconds,
        )
        yield histogram(
            "clientflow_commit_seconds",
            "A transaction of commands, begin to commit.",
            tally.commit_seconds,
        )

    def _bus_families(self) -> Iterator[Family]:
        bus = self._bus
        yield gauge(
            "clientflow_bus_degraded",
            "1 while the bus is away.",
            bus.state is BusState.DEGRADED,
            merge="max",
        )
        yield gauge("clientflow_bus_queue", "Messages that wait.", bus.depths, ["queue"])
        for name, help_text in _BUS_COUNTERS.items():
            yield counter(f"clientflow_bus_{name}", help_text, getattr(bus.counters, name))

    def _database(self) -> Iterator[Family]:
        pool = self._storage.pool_state
        yield gauge(
            "clientflow_database_connections",
            "Connections to the database.",
            {"used": pool.open - pool.idle, "idle": pool.idle},
            ["state"],
        )
        yield gauge("clientflow_database_connections_max", "How many there may be.", pool.most)
        yield counter(
            "clientflow_database_unavailable",
            "Times it could not be reached, was too busy, or ended what it was doing.",
            self._storage.unavailable,
        )

    def _assistant(self) -> Iterator[Family]:
        replies = self._replies
        yield gauge("clientflow_assistant_replies", "Replies being written here.", len(replies))
        yield counter(
            "clientflow_assistant_ended", "Replies, by how they ended.", replies.ended, ["how"]
        )
        yield counter(
            "clientflow_assistant_tokens",
            "Tokens that replies have cost.",
            {kind: replies.tokens[kind] for kind in ("prompt", "completion")},
            ["kind"],
        )
        yield counter(
            "clientflow_assistant_errors",
            "Replies that failed or were interrupted.",
            {fault.value: replies.errors[fault] for fault in FaultKind},
            ["kind"],
        )
        yield histogram(
            "clientflow_assistant_first_text_seconds",
            "From a question to the first text of its reply.",
            replies.first_text_seconds,
        )
        yield histogram(
            "clientflow_assistant_reply_seconds",
            "From a question to its reply's end.",
            replies.reply_seconds,
        )

    def _requests(self) -> Iterator[Family]:
        yield gauge(
            "clientflow_http_requests_open", "Requests being answered.", self._tally.requests_open
        )
        yield counter(
            "clientflow_http_requests",
            "Requests answered, by the template of their route.",
            self._tally.requests,
            ["method", "route", "status"],
        )
        yield histogram(
            "clientflow_http_request_seconds",
            "From a request to the end of its answer.",
            self._tally.request_seconds,
            ["method", "route"],
        )
