"""Everything this package raises, whichever database stands behind it."""

from __future__ import annotations


class StorageError(Exception):
    """The database did not do what was asked; the driver's own error is the cause."""


class Unavailable(StorageError):
    """The database is away, busy or out of room: a later try may succeed.

    Nothing was kept; only a commit whose answer got lost may have been done all the same.
    """


class Duplicate(StorageError):
    """A row with this value is there already; `field` names what must be unique."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is taken")
        self.field = field


class Missing(StorageError):
    """The row refers to one that is not there (any more)."""


class Unstorable(StorageError):
    """A value that the database cannot hold, such as a NUL in a text or a number over 64 bits."""


class NoSuchWorkspace(StorageError):
    """There is no workspace of this id to write to."""

    def __init__(self, workspace_id: str) -> None:
        super().__init__(f"no workspace {workspace_id!r}")
        self.workspace_id = workspace_id


class BadCursor(StorageError):
    """A page cursor that was not made here, or for another order of rows."""
