"""Every bound and interval of the bus."""

from __future__ import annotations

import msgspec


class BusLimits(msgspec.Struct, frozen=True, kw_only=True):
    # Published messages that wait for the server, and how many leave in one pipeline.
    send_queue_messages: int = 10_000
    send_queue_bytes: int = 16 * 1024 * 1024
    send_batch_messages: int = 500
    send_batch_bytes: int = 1024 * 1024

    # Messages that have come from the server and wait for the listener.
    receive_queue_messages: int = 10_000
    receive_queue_bytes: int = 16 * 1024 * 1024

    # Channels remembered for a WAKE, each way. Beyond it a loss is left to the readers' own sweep.
    lost_channels: int = 10_000

    # Messages that wait for one subscription's reader. Whoever moves messages lets the others run
    # after a burst (well below the backlog), so that neither the listener outruns a reader that
    # keeps up nor the receiving connection the listener.
    subscription_backlog_messages: int = 1024
    burst_messages: int = 256

    # Channels in one SUBSCRIBE or UNSUBSCRIBE.
    subscribe_batch_channels: int = 100

    # A silent or idle connection is asked for a sign of life this often, and has so long to give
    # it. Every other request has the same time, dialling (both connections together) its own.
    ping_interval_s: float = 1.0
    reply_timeout_s: float = 1.5
    connect_timeout_s: float = 2.0

    # Before the n-th attempt: a random time up to min(cap, first * 2^n). A connection that has held
    # for `steady_after_s` starts the count anew.
    backoff_first_s: float = 0.05
    backoff_cap_s: float = 1.0
    steady_after_s: float = 5.0

    # How long close() waits for what was published just before.
    flush_timeout_s: float = 0.5
