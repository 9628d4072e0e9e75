"""The database behind ClientFlow: records, repositories, the change log and its migrations."""

from storage.database import Storage
from storage.write import Write

__all__ = ["Storage", "Write"]
