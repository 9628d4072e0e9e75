"""The limits of webhooks, with their units in their names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WebhookLimits:
    max_webhooks: int = 20  # of one workspace
    max_in_flight: int = 20  # webhooks that one instance delivers for at once
    max_in_flight_of_workspace: int = 4
    due_sweep_s: float = 2.0  # how soon what no commit has announced is found
    turn_s: float = 5.0  # so long one is delivered for while others may be waiting
    lease_s: float = 60.0  # after which another instance takes over from one that has died
    save_every: int = 20  # deliveries
    save_every_s: float = 0.5
    turn_page_changes: int = 100  # read from the log at a time

    connect_timeout_s: float = 5.0
    delivery_timeout_s: float = 15.0  # from the lookup of the host to the end of the answer
    lookup_threads: int = 4
    max_addresses: int = 4  # of a host, tried one after another
    max_answer_bytes: int = 64 * 1024  # read; of more than that the connection is closed
    kept_answer_bytes: int = 1024  # shown to admins

    first_retry_s: float = 5.0
    max_retry_s: float = 3_600.0
    max_retry_after_s: float = 24 * 3_600.0  # that a receiver may ask for
    give_up_after_s: float = 3 * 24 * 3_600.0  # of failures without a success between them
    min_attempts: int = 5  # before that: time alone may be the instances' own

    secret_overlap_s: float = 24 * 3_600.0  # in which the former secret signs as well
    max_deliveries_kept: int = 500  # of one webhook
    deliveries_kept_days: int = 30
    max_asked: int = 100  # tests and repetitions of one webhook that may wait
