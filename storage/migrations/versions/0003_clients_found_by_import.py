"""What an import finds clients by: their email address and the custom field external_id.

The release before this one goes on beside it: it leaves both columns empty in the clients that it makes, and those
are not found until they are saved again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Text that compares by its bytes.
key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_FILL_SQLITE = """
UPDATE clients SET
    email_key = lower(email),
    external_id = CASE WHEN json_type(custom, '$.external_id') IN ('text', 'integer')
        AND length(json_extract(custom, '$.external_id')) BETWEEN 1 AND 255
        THEN CAST(json_extract(custom, '$.external_id') AS TEXT) END
WHERE email IS NOT NULL OR custom LIKE '%"external_id"%'
"""
_FILL_POSTGRES = """
UPDATE clients SET
    email_key = lower(email),
    external_id = CASE WHEN jsonb_typeof(custom::jsonb -> 'external_id') IN ('string', 'number')
        AND length(custom::jsonb ->> 'external_id') BETWEEN 1 AND 255
        THEN custom::jsonb ->> 'external_id' END
WHERE email IS NOT NULL OR custom LIKE '%"external_id"%'
"""


def upgrade() -> None:
    op.add_column("clients", sa.Column("email_key", key, nullable=True))
    op.add_column("clients", sa.Column("external_id", key, nullable=True))
    sqlite = op.get_context().dialect.name == "sqlite"
    op.execute(sa.text(_FILL_SQLITE if sqlite else _FILL_POSTGRES))
    op.create_index("ix_clients_email_key", "clients", ["workspace_id", "email_key"])
    op.create_index("ix_clients_external_id", "clients", ["workspace_id", "external_id"])


def downgrade() -> None:
    op.drop_index("ix_clients_external_id", "clients")
    op.drop_index("ix_clients_email_key", "clients")
    op.drop_column("clients", "external_id")
    op.drop_column("clients", "email_key")
