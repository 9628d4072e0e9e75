"""Webhooks: where a workspace's changes are sent, how far each is, and what was sent lately.

The release before this one goes on beside it: it delivers nothing, and the cursors wait.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Text that compares by its bytes, and times: text in SQLite.
key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
moment = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("workspace_id", key, nullable=False),
        sa.Column("id", key, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("former_sealed_secret", sa.Text(), nullable=True),
        sa.Column("former_until", moment, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", key, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failing_since", moment, nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("leased_by", key, nullable=True),
        sa.Column("leased_until", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_webhooks_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_due_at", "webhooks", ["due_at"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("workspace_id", key, nullable=False),
        sa.Column("webhook_id", key, nullable=False),
        sa.Column("id", key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", key, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("status", key, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "webhook_id"],
            ["webhooks.workspace_id", "webhooks.id"],
            name="fk_webhook_deliveries_workspace_id_webhook_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "webhook_id", "id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_at", "webhook_deliveries", ["at"])


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
