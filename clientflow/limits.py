"""Every limit of the client, with its unit in its name. Override some: `ClientFlow(url, limits=ClientLimits(…))`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClientLimits:
    connect_timeout_s: float = 10.0
    request_timeout_s: float = 30.0  # of silence while an answer is awaited
    import_timeout_s: float = 1_800.0  # the same while a file is imported
    max_tries: int = 6  # of a request that is safe to repeat
    first_retry_s: float = 0.25
    max_retry_s: float = 10.0
    max_retry_after_s: float = 60.0  # a longer Retry-After is the caller's to wait for
    page_items: int = 200
    board_page_items: int = 1_000
    changes_page: int = 500

    renew_before_s: float = 60.0  # a token is renewed this long before it runs out
    token_leeway_s: float = 10.0  # one with less left is not used for a new request
    renew_retry_s: float = 5.0

    welcome_timeout_s: float = 10.0  # from dialling to `welcome`
    pong_timeout_s: float = 10.0  # of silence after a ping
    close_timeout_s: float = 1.0
    ack_timeout_s: float = 8.0  # then the command is repeated over REST under its key
    max_frame_bytes: int = (
        60 * 1024
    )  # larger commands go over REST; the server's own bound is 64 KiB
    max_commands_waiting: int = 64
    max_frames_waiting: int = 128  # to be written to a socket
    max_changes_waiting: int = 1_000  # for a reader; beyond it they are read from the log again

    first_redial_s: float = 0.5
    max_redial_s: float = 15.0
    min_redial_s: float = 0.05
    restart_spread_s: float = 3.0  # clients of a server that restarts come back spread over this
    min_rate_limited_s: float = 5.0
    max_rate_limited_s: float = 60.0
    calm_s: float = 5.0  # a socket that lasts so long starts the waits over
    holes_before_reload: int = 2
    sockets_before_polling: int = 3  # refused in a row
    poll_wait_s: int = 25  # how long one poll may rest at the server
    min_poll_interval_s: float = 1.0
    reply_check_s: float = 3.0  # between two looks at a reply of which nothing is heard
    reply_poll_s: float = 0.5  # the same while there is no socket
    reply_mend_s: float = 0.15  # between two reads of a reply of which a piece is missing
