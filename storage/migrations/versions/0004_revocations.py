"""Who was put out: sessions and personal tokens that ended, in the order in which every instance reads them.

The release before this one goes on beside it: it writes no revocations and leaves both new columns empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Text that compares by its bytes, and times: text in SQLite.
key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
moment = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "revocations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("session_id", key, nullable=True),
        sa.Column("token_id", key, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_revocations"),
    )
    op.create_index("ix_revocations_at", "revocations", ["at"])
    op.add_column("refresh_tokens", sa.Column("signed_in_at", moment, nullable=True))
    op.add_column("refresh_tokens", sa.Column("user_agent", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("refresh_tokens", "user_agent")
    op.drop_column("refresh_tokens", "signed_in_at")
    op.drop_index("ix_revocations_at", "revocations")
    op.drop_table("revocations")
