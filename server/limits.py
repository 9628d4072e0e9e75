"""Every limit of the app, with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass, field

from realtime.session import SessionLimits
from realtime.topics import HubLimits
from server.assistant.limits import AssistantLimits
from server.policies import Policies
from server.webhooks.limits import WebhookLimits


@dataclass(frozen=True)
class Limits:
    max_body_bytes: int = 1024 * 1024
    max_page_items: int = 200
    default_page_items: int = 50
    max_client_page_items: int = 1000
    max_long_poll_s: float = 55.0
    max_long_polls: int = 1_000
    max_changes_page: int = 1_000

    max_stages: int = 50
    max_members: int = 1_000
    invite_expires_days: int = 7

    max_identities_kept: int = (
        10_000  # of tokens that were checked, and of members that were let in
    )
    identities_kept_s: float = 30.0
    revocations_sweep_s: float = 1.0  # so late is a session that ended followed without the bus
    revocations_kept_days: int = 2  # longer than any access token lives

    min_password_chars: int = 8
    password_threads: int = 2
    max_password_checks_waiting: int = 64

    max_commands_waiting: int = (
        64  # per socket; beyond it the socket is not read until some are done
    )
    max_commands_together: int = 64  # of one workspace, in one transaction
    max_commands_queued: int = 10_000  # of one workspace, on one instance
    commands_patience_s: float = 5.0  # so long a command waits for its turn
    max_socket_buffer_bytes: int = 2 * 1024 * 1024  # above what one bulk of max_body_bytes makes
    socket_drain_timeout_s: float = 10.0
    socket_close_grace_s: float = 5.0

    max_connections: int = 20_000  # open in one process, sockets included
    max_connections_per_address: int = 4_000  # of HTTP
    max_sockets_per_address: int = 10_000
    max_sockets_per_workspace: int = 10_000
    max_sockets_per_user: int = 1_000
    max_greetings_per_address: int = 1_000  # sockets that have not been let in yet
    max_keys_counted: int = 10_000  # addresses, people or workspaces, of each policy
    known_address_days: int = 30  # an account's own, once it has signed in from there

    head_timeout_s: float = 10.0  # from the first byte of a request to the last of its headers
    max_head_bytes: int = 32 * 1024
    max_header_fields: int = 100
    max_target_bytes: int = 8 * 1024
    body_timeout_s: float = 30.0  # and longer, the more of it has come:
    min_body_bytes_per_s: int = 16 * 1024
    unread_answer_timeout_s: float = 60.0

    max_import_bytes: int = 32 * 1024 * 1024
    max_imports: int = 4  # at once on one instance
    import_chunk_rows: int = 20  # in one transaction: so long, about, others of the workspace wait
    import_progress_rows: int = 100  # until the asker is told again how far it is
    max_import_row_chars: int = 512 * 1024
    max_import_rows: int = 200_000
    max_import_columns: int = 500
    max_import_errors: int = 1_000  # named in one answer; all are counted
    import_preview_rows: int = 20
    export_page_rows: int = 200

    finish_commands_timeout_s: float = 2.0  # at a shutdown, once the sockets are gone
    housekeeping_interval_s: float = 3_600.0
    housekeeping_batch_rows: int = 1_000
    outcomes_kept_days: int = 7  # so long may a command be repeated under its id

    rates: Policies = field(default_factory=Policies)
    session: SessionLimits = field(default_factory=SessionLimits)
    hub: HubLimits = field(default_factory=HubLimits)
    assistant: AssistantLimits = field(default_factory=AssistantLimits)
    webhooks: WebhookLimits = field(default_factory=WebhookLimits)
