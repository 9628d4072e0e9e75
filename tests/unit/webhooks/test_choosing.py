"""Places go to who waits longest, and no workspace takes them all."""

from __future__ import annotations

from server.webhooks.choosing import chosen
from server.webhooks.events import OPS_OF_ENTITY, PATTERNS, wanted
from storage.webhook_records import Due


def due(*names: str) -> list[Due]:
    """Of "a1", workspace a and webhook a1."""
    return [Due(workspace_id=name[0], id=name, behind=1) for name in names]


def ids(some: object) -> list[str]:
    return [each.id for each in some]  # type: ignore[attr-defined]


def test_the_free_places_go_to_the_first() -> None:
    assert ids(chosen(due("a1", "b1", "c1"), 2, {}, 4)) == ["a1", "b1"]
    assert ids(chosen(due("a1"), 0, {}, 4)) == []


def test_a_workspace_with_many_webhooks_leaves_places_to_others() -> None:
    assert ids(chosen(due("a1", "a2", "a3", "b1"), 10, {}, 2)) == ["a1", "a2", "b1"]
    assert ids(chosen(due("a1", "a2", "b1"), 10, {"a": 1}, 2)) == ["a1", "b1"]


def test_patterns_name_an_event_an_entity_or_everything() -> None:
    assert wanted(["client.updated"], "client.updated")
    assert wanted(["stage.*", "client.*"], "client.deleted")
    assert wanted(["*"], "member.created")
    assert not wanted(["client.updated", "stage.*"], "client.created")
    assert not wanted(["client.*"], "clients.created")


def test_every_event_can_be_asked_for_by_its_name() -> None:
    for entity, ops in OPS_OF_ENTITY.items():
        assert {f"{entity}.{op}" for op in ops} <= set(PATTERNS)
