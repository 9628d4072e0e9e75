"""The checker: nothing was lost, doubled or out of order, or a list of where it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.fault.check_commands import check_commands
from tests.fault.check_streams import check_arrival, check_contents, check_stream, unequal
from tests.fault.evidence import Evidence, Kind, Stored, View, Violation
from tests.fault.history import History
from tests.fault.replica import Misfit, StrictReplica


def check(evidence: Evidence) -> list[Violation]:
    """Everything that contradicts the promises, workspace by workspace."""
    histories: dict[str, list[History]] = defaultdict(list)
    views: dict[str, list[View]] = defaultdict(list)
    for history in evidence.histories:
        histories[history.workspace_id].append(history)
    for view in evidence.views:
        views[view.workspace_id].append(view)
    found: list[Violation] = []
    for stored in evidence.stored:
        own = histories[stored.workspace_id]
        found += check_log(stored)
        found += check_commands(own, stored)
        for history in own:
            found += check_stream(history)
        found += check_contents(own, stored)
        found += check_arrival(views[stored.workspace_id], stored)
    return found


def check_log(stored: Stored) -> Iterator[Violation]:
    """1, 2, 3 … up to the workspace's seq, each following from those before, and all together the records."""
    workspace_id, replica = stored.workspace_id, StrictReplica()
    for expected, row in enumerate(stored.log, 1):
        if row["seq"] != expected:
            what = f"{row['seq']} stands where {expected} should"
            yield Violation(Kind.LOG_BROKEN, "log", what, workspace_id, expected)
            return
        try:
            replica.apply(row)
        except Misfit as misfit:
            yield Violation(Kind.MISFIT, "log", str(misfit), workspace_id, expected)
    if len(stored.log) != stored.head:
        what = f"ends at {len(stored.log)}, the workspace says {stored.head}"
        yield Violation(Kind.LOG_BROKEN, "log", what, workspace_id, stored.head)
    for entity, folded, rows in (
        ("clients", replica.clients, stored.clients),
        ("comments", replica.comments, stored.comments),
    ):
        if differences := unequal(folded, {row["id"]: row for row in rows}):
            yield Violation(
                Kind.UNEQUAL, f"the log's {entity}", "; ".join(differences), workspace_id
            )
