"""Whose turn it is: who waits longest, but no workspace has more than its share of the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from storage.webhook_records import Due


def chosen(
    due: Iterable[Due], places: int, running: Mapping[str, int], of_workspace: int
) -> Sequence[Due]:
    """Of those that are due, in their order, who gets the free `places`; `running`: how many each workspace has."""
    taken = Counter(running)
    some: list[Due] = []
    for each in due:
        if len(some) == places:
            break
        if taken[each.workspace_id] < of_workspace:
            taken[each.workspace_id] += 1
            some.append(each)
    return some
