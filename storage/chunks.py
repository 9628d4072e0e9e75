"""Long lists of ids in pieces that fit into one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

# SQLite builds may allow no more than 999 parameters.
CHUNK_SIZE = 500


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(ids))
    while chunk := list(islice(rest, CHUNK_SIZE)):
        yield chunk
