"""Every table, in SQLAlchemy Core; migrations/ holds the way there.

Everything of a workspace hangs from its row by ON DELETE CASCADE. Ids, keys and ranks compare by
byte on both databases, so that an order or a page is the same on either.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware time: timestamptz on Postgres, on SQLite text of fixed width in UTC, which sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))  # type: ignore[arg-type]
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        assert value is None or isinstance(value, datetime)
        if value is not None and value.tzinfo is None:  # asyncpg's first and last moments
            return value.replace(tzinfo=UTC)
        return value


def by_byte() -> TypeEngine[str]:
    """Text ordered by its bytes, as SQLite does by itself."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def parent(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


users = Table(
    "users",
    metadata,
    Column("id", by_byte(), primary_key=True),
    Column("email", Text, nullable=False),
    # The address as it is compared: without regard to case.
    Column("email_key", by_byte(), nullable=False, info={"field": "email"}),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("email_key"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", by_byte(), primary_key=True),
    Column("token_hash", by_byte(), nullable=False),
    Column("family_id", by_byte(), nullable=False, index=True),
    Column("user_id", by_byte(), parent("users.id"), nullable=False, index=True),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    # Of the session, each token like the one before it; null in those of releases that did not keep them.
    Column("signed_in_at", Moment),
    Column("user_agent", Text),
    UniqueConstraint("token_hash"),
)

revocations = Table(
    "revocations",
    metadata,
    # 1, 2, 3 … in the order of the commits: whoever has read up to one has missed none.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("user_id", by_byte(), nullable=False),
    # One of the two: a family of refresh tokens, or a personal access token.
    Column("session_id", by_byte()),
    Column("token_id", by_byte()),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", by_byte(), primary_key=True),
    Column("name", Text, nullable=False),
    # The seq of the last row of its change log.
    Column("seq", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", by_byte(), nullable=False),
)

personal_tokens = Table(
    "personal_tokens",
    metadata,
    Column("id", by_byte(), primary_key=True),
    Column("token_hash", by_byte(), nullable=False),
    Column("user_id", by_byte(), parent("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("workspace_id", by_byte(), parent("workspaces.id"), index=True),
    Column("expires_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    UniqueConstraint("token_hash"),
)

members = Table(
    "members",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("user_id", by_byte(), parent("users.id"), primary_key=True, index=True),
    Column("role", Text, nullable=False),
    Column("joined_at", Moment, nullable=False),
)

invites = Table(
    "invites",
    metadata,
    Column("id", by_byte(), primary_key=True),
    Column("code_hash", by_byte(), nullable=False),
    Column("workspace_id", by_byte(), parent("workspaces.id"), nullable=False, index=True),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("created_by", by_byte(), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    Column("accepted_by", by_byte()),
    UniqueConstraint("code_hash"),
)

stages = Table(
    "stages",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("key", by_byte(), nullable=False),
    Column("name", Text, nullable=False),
    Column("color", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("workspace_id", "key"),
)

clients = Table(
    "clients",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("company", Text),
    Column("email", Text),
    Column("phone", Text),
    # A stage's key, without a foreign key: a deleted client keeps it and must not hold the stage.
    Column("stage", by_byte(), nullable=False),
    Column("position", by_byte(), nullable=False),
    Column("value_amount", BigInteger),
    Column("value_currency", Text),
    Column("owner_id", by_byte()),
    Column("tags", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("next_action_at", Moment),
    Column("custom", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", by_byte(), nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", by_byte(), nullable=False),
    Column("deleted_at", Moment),
    # Kept by the repository for sorting, search and the tag filter: folded copies of the above.
    Column("name_key", by_byte(), nullable=False),
    Column("company_key", by_byte()),
    Column("search_text", Text, nullable=False),
    Column("tag_index", Text, nullable=False),
    # What an import finds a client by; null for what is too long to be looked up.
    Column("email_key", by_byte()),
    Column("external_id", by_byte()),
    Index("ix_clients_email_key", "workspace_id", "email_key"),
    Index("ix_clients_external_id", "workspace_id", "external_id"),
    Index("ix_clients_workspace_id_position", "workspace_id", "position", "id"),
    Index("ix_clients_workspace_id_stage", "workspace_id", "stage", "position", "id"),
)

comments = Table(
    "comments",
    metadata,
    Column("workspace_id", by_byte(), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("client_id", by_byte(), nullable=False),
    Column("author_id", by_byte(), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(
        ["workspace_id", "client_id"], ["clients.workspace_id", "clients.id"], ondelete="CASCADE"
    ),
    Index("ix_comments_client", "workspace_id", "client_id", "created_at", "id"),
)

change_log = Table(
    "change_log",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor_id", by_byte(), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("entity", by_byte(), nullable=False),
    Column("op", Text, nullable=False),
    Column("entity_id", by_byte(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("command_id", Text),
    Index("ix_change_log_entity", "workspace_id", "entity", "entity_id", "seq"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("user_id", by_byte(), parent("users.id"), primary_key=True),
    Column("key", by_byte(), primary_key=True),
    Column("workspace_id", by_byte(), parent("workspaces.id"), index=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("seq", BigInteger),
    Column("version", Integer),
    Column("result", Text, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

assistant_messages = Table(
    "assistant_messages",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("prompt", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("asked_by_id", by_byte(), nullable=False),
    Column("asked_by_name", Text, nullable=False),
    Column("client_id", by_byte()),
    Column("retry_of", by_byte()),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("problem", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("cancelled_by", by_byte()),
    # The instance that writes the reply. It sets updated_at again and again while it does.
    Column("instance", by_byte(), nullable=False),
    # One more with everything that is stored of the reply or its proposals.
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    Column("finished_at", Moment),
    Index("ix_assistant_messages_created", "workspace_id", "created_at", "id"),
)
Index(
    "ix_assistant_messages_streaming",
    assistant_messages.c.workspace_id,
    sqlite_where=assistant_messages.c.status == literal_column("'streaming'"),
    postgresql_where=assistant_messages.c.status == literal_column("'streaming'"),
)

assistant_proposals = Table(
    "assistant_proposals",
    metadata,
    Column("workspace_id", by_byte(), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("message_id", by_byte(), nullable=False),
    Column("op", Text, nullable=False),
    Column("client_id", by_byte()),
    Column("client_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("before", Text),
    Column("base_version", Integer),
    Column("status", Text, nullable=False),
    # What Apply made: the id of the client or of the comment.
    Column("result_id", by_byte()),
    Column("decided_by_id", by_byte()),
    Column("decided_by_name", Text),
    Column("decided_at", Moment),
    ForeignKeyConstraint(
        ["workspace_id", "message_id"],
        ["assistant_messages.workspace_id", "assistant_messages.id"],
        ondelete="CASCADE",
    ),
    Index("ix_assistant_proposals_message", "workspace_id", "message_id", "id"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("workspace_id", by_byte(), parent("workspaces.id"), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", Text),
    # Under the server's key; the one before signs as well until it runs out.
    Column("sealed_secret", Text, nullable=False),
    Column("former_sealed_secret", Text),
    Column("former_until", Moment),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", by_byte(), nullable=False),
    Column("updated_at", Moment, nullable=False),
    # How far it is: every change up to `cursor` was delivered, or is none of its events.
    Column("cursor", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("due_at", Moment, nullable=False, index=True),
    # Deliveries that were asked for, tests and repetitions, and have not been made.
    Column("asked", Integer, nullable=False),
    # The instance that delivers for it now, and until when nobody else does.
    Column("leased_by", by_byte()),
    Column("leased_until", Moment),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("workspace_id", by_byte(), primary_key=True),
    Column("webhook_id", by_byte(), primary_key=True),
    Column("id", by_byte(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("message_id", by_byte(), nullable=False),
    Column("seq", BigInteger),
    Column("event", Text, nullable=False),
    Column("status", by_byte(), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("duration_ms", Integer),
    Column("response_status", Integer),
    Column("response_body", Text),
    Column("error", Text),
    ForeignKeyConstraint(
        ["workspace_id", "webhook_id"],
        ["webhooks.workspace_id", "webhooks.id"],
        ondelete="CASCADE",
    ),
)
