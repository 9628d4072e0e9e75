"""What a violated constraint is about, in the words of the wire."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

from storage.tables import metadata


def field_of_constraint(name: str) -> str:
    """What the wire calls the column that a unique constraint or primary key is about."""
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
                columns = list(constraint.columns)
                # SQLite names the columns, Postgres the constraint.
                named = ", ".join(f"{table.name}.{column.name}" for column in columns)
                if name in (constraint.name, named):
                    return str(columns[-1].info.get("field", columns[-1].name))
    return name
