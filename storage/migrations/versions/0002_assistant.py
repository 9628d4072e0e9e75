"""The assistant's messages and proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Text that compares by its bytes, and times: text in SQLite.
key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
moment = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "assistant_messages",
        sa.Column("workspace_id", key, nullable=False),
        sa.Column("id", key, nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by_id", key, nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("client_id", key, nullable=True),
        sa.Column("retry_of", key, nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("cancelled_by", key, nullable=True),
        sa.Column("instance", key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_assistant_messages_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_assistant_messages"),
    )
    op.create_index(
        "ix_assistant_messages_created", "assistant_messages", ["workspace_id", "created_at", "id"]
    )
    op.create_index("ix_assistant_messages_updated_at", "assistant_messages", ["updated_at"])
    op.create_index(
        "ix_assistant_messages_streaming",
        "assistant_messages",
        ["workspace_id"],
        sqlite_where=sa.text("status = 'streaming'"),
        postgresql_where=sa.text("status = 'streaming'"),
    )
    op.create_table(
        "assistant_proposals",
        sa.Column("workspace_id", key, nullable=False),
        sa.Column("id", key, nullable=False),
        sa.Column("message_id", key, nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("client_id", key, nullable=True),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result_id", key, nullable=True),
        sa.Column("decided_by_id", key, nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "message_id"],
            ["assistant_messages.workspace_id", "assistant_messages.id"],
            name="fk_assistant_proposals_workspace_id_message_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_assistant_proposals"),
    )
    op.create_index(
        "ix_assistant_proposals_message",
        "assistant_proposals",
        ["workspace_id", "message_id", "id"],
    )


def downgrade() -> None:
    op.drop_table("assistant_proposals")
    op.drop_table("assistant_messages")
