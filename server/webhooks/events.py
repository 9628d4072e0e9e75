"""Which changes a webhook wants: patterns such as client.updated, client.* and *."""

from __future__ import annotations

from collections.abc import Sequence

TEST_EVENT = "webhook.test"
GAP_EVENT = "log.gap"

OPS_OF_ENTITY = {
    "client": ("created", "updated", "deleted", "restored"),
    "comment": ("created",),
    "member": ("created", "updated", "deleted"),
    "stage": ("created", "updated", "deleted"),
    "webhook": ("created", "updated", "deleted"),
    "workspace": ("updated",),
}
PATTERNS = (
    "*",
    *(f"{entity}.*" for entity in OPS_OF_ENTITY),
    *(f"{entity}.{op}" for entity, ops in OPS_OF_ENTITY.items() for op in ops),
)


def event_of(entity: str, op: str) -> str:
    """The name that patterns and payloads give to a change."""
    return f"{entity}.{op}"


def wanted(patterns: Sequence[str], event: str) -> bool:
    entity = event.partition(".")[0]
    return "*" in patterns or f"{entity}.*" in patterns or event in patterns
