"""What one reply, one workspace and one instance may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AssistantLimits:
    max_replies_in_workspace: int = 8  # written at the same time
    max_replies_on_instance: int = 200
    max_reply_chars: int = 40_000
    max_reply_s: float = 600.0
    max_rounds: int = 8  # of the model asking for tools
    max_calls_in_round: int = 8
    max_context_tokens: int = 24_000  # beyond it the model gets no more tools
    max_history_tokens: int = 4_000  # of the thread so far
    deltas_per_s: float = 30.0  # of one reply
    store_interval_s: float = 0.5
    renew_interval_s: float = 2.0  # for a reply that does not grow
    abandoned_after_s: float = 10.0  # of not being stored
    abandoned_check_interval_s: float = 2.0
    finish_reply_timeout_s: float = 10.0  # a database that is away is tried again for so long
    finish_at_shutdown_timeout_s: float = 2.0
    provider_retries: int = 2  # of a request that failed before its answer began
    provider_retry_wait_s: float = (
        0.5  # before the first, four times as long before each further one
    )
    max_provider_wait_s: float = 10.0  # of what its Retry-After asks for
    local_words_per_s: float = 80.0
