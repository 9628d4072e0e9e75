"""What Alembic runs: the migrations on the connection that `storage.migrate` has opened."""

from typing import Any, Literal

from alembic import context

from storage.tables import Moment, metadata


def frozen(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration stays as it is when tables.py changes, so it does not refer to its types."""
    if kind == "type" and isinstance(item, Moment):
        return 'sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_item=frozen,
    # SQLite alters a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
