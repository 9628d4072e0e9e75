"""The checker finds what is planted in a history, calls it by its name, and finds nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fault.checker import check
from tests.fault.evidence import Evidence, Kind, Stored, Violation
from tests.fault.history import (
    Acknowledged,
    Command,
    Ended,
    Loaded,
    Received,
    Refused,
    Sent,
    Unknown,
    Welcomed,
)
from tests.fault.story import Story, good_story, received_at, retold


def only(evidence: Evidence) -> Violation:
    found = check(evidence)
    assert len(found) == 1, [str(violation) for violation in found]
    return found[0]


def with_stored(evidence: Evidence, **changed: object) -> Evidence:
    stored: Stored = replace(evidence.stored[0], **changed)  # type: ignore[arg-type]
    return replace(evidence, stored=[stored])


@pytest.fixture
def story() -> Story:
    return good_story()


def test_a_good_history_has_no_violation(story: Story) -> None:
    assert check(story.evidence()) == []


def test_an_unanswered_command_may_have_had_its_effect_or_not(story: Story) -> None:
    story.leave_unanswered("c2")
    unresolved = only(story.evidence())
    assert unresolved.kind is Kind.UNRESOLVED

    done = story.delete("c2")
    accepted = [event for event in story.ana.events if isinstance(event, Acknowledged)][-1]
    story.ana.events.remove(accepted)
    story.ana.note(Unknown(done, 1, "connection lost", 0.0))
    assert {violation.kind for violation in check(story.evidence())} == {Kind.UNRESOLVED}


def test_a_try_without_answer_may_take_effect_after_another_was_refused(story: Story) -> None:
    command_id = story.update("c2", name="Late")
    place = next(
        place
        for place, event in enumerate(story.ana.events)
        if isinstance(event, Acknowledged) and event.command_id == command_id
    )
    first = next(
        event
        for event in story.ana.events
        if isinstance(event, Sent) and event.command.id == command_id
    )
    story.ana.events[place : place + 1] = [
        Unknown(command_id, 1, "connection lost", 0.0),
        replace(first, attempt=2, path="rest", epoch=None),
        Refused(command_id, 2, 404, "There is no such client.", 0.0),
    ]
    assert check(story.evidence()) == []


def test_a_resumed_channel_goes_on_behind_since(story: Story) -> None:
    place = received_at(story.ben, 4)
    story.ben.events[place:place] = [
        Ended(1, 1012, "restarting", 0.0),
        Welcomed(2, "instance 2", 5, 3, True, 0.0),
    ]
    story.ben.events[place + 2 :] = [
        replace(event, epoch=2)
        for event in story.ben.events[place + 2 :]
        if isinstance(event, Received)
    ]
    assert check(story.evidence()) == []


def test_a_dropped_change_is_a_hole(story: Story) -> None:
    del story.ben.events[received_at(story.ben, 3)]
    violation = only(story.evidence())
    assert (violation.kind, violation.seq) == (Kind.HOLE, 3)
    assert violation.where == "ben epoch 1"


def test_a_dropped_last_change_leaves_the_follower_behind(story: Story) -> None:
    story.ben.events.pop()
    evidence = story.evidence()
    views = [replace(view, seq=5) if view.whose == "ben" else view for view in evidence.views]
    violation = only(replace(evidence, views=views))
    assert (violation.kind, violation.where, violation.seq) == (Kind.BEHIND, "ben", 5)


def test_a_board_older_than_the_welcome_leaves_a_hole(story: Story) -> None:
    story.ben.events[0] = Welcomed(1, "instance 1", 0, None, False, 0.0)
    story.ben.note(Ended(1, None, "", 0.0))
    story.ben.note(Welcomed(2, "instance 2", 6, None, False, 0.0))
    story.ben.note(Loaded(2, "instance 1", 5, 0.0))
    assert only(story.evidence()).kind is Kind.HOLE


def test_a_swapped_pair_is_out_of_order(story: Story) -> None:
    place = received_at(story.ben, 3)
    events = story.ben.events
    events[place], events[place + 1] = events[place + 1], events[place]
    violation = only(story.evidence())
    assert (violation.kind, violation.seq) == (Kind.SWAPPED, 3)


def test_a_change_that_comes_again_is_doubled(story: Story) -> None:
    place = received_at(story.ben, 3)
    story.ben.events.insert(place + 1, story.ben.events[place])
    violation = only(story.evidence())
    assert (violation.kind, violation.seq) == (Kind.RECEIVED_TWICE, 3)


def test_a_resumed_channel_that_repeats_what_was_known_is_doubled(story: Story) -> None:
    last = story.ben.events[-1]
    assert isinstance(last, Received)
    story.ben.note(Welcomed(2, "instance 2", 6, 6, True, 0.0))
    story.ben.note(replace(last, epoch=2))
    assert only(story.evidence()).kind is Kind.RECEIVED_TWICE


def test_a_command_that_took_effect_twice_is_doubled(story: Story) -> None:
    story.update("c2", name="Twice")
    repeated = story.update("c2", name="Twice again")
    sent = [event for event in story.ana.events if isinstance(event, Sent)][-2]
    story.log[-1]["command_id"] = sent.command.id
    for history in (story.ana, story.ben):
        place = received_at(history, len(story.log))
        event = history.events[place]
        assert isinstance(event, Received)
        history.events[place] = retold(event, command_id=sent.command.id)
    story.ana.events = [
        event
        for event in story.ana.events
        if not (isinstance(event, Sent) and event.command.id == repeated)
        and not (isinstance(event, Acknowledged) and event.command_id == repeated)
    ]
    violation = only(story.evidence())
    assert (violation.kind, violation.command_id) == (Kind.APPLIED_TWICE, sent.command.id)


def test_an_unanswered_command_that_took_effect_twice_is_doubled(story: Story) -> None:
    first = story.update("c2", name="Twice")
    for event in [event for event in story.ana.events if isinstance(event, Acknowledged)]:
        if event.command_id == first:
            story.ana.events.remove(event)
    story.ana.note(Unknown(first, 1, "connection lost", 0.0))
    evidence = story.evidence()
    again = {**story.log[-1], "seq": len(story.log) + 1}
    log = [*evidence.stored[0].log, again]
    kinds = {violation.kind for violation in check(with_stored(evidence, log=log))}
    assert Kind.APPLIED_TWICE in kinds


def test_an_acknowledged_write_that_is_not_in_the_log_is_lost(story: Story) -> None:
    command = Command("lost", {"op": "client.update", "client_id": "c2", "data": {"name": "L"}})
    story.ana.note(Sent(command, 1, "socket", "instance 1", 1, 0.0))
    story.ana.note(Acknowledged("lost", 1, 7, 4, {"id": "c2"}, 0.0))
    violation = only(story.evidence())
    assert (violation.kind, violation.command_id) == (Kind.NOT_IN_LOG, "lost")


def test_a_refused_write_that_is_in_the_log_is_a_phantom(story: Story) -> None:
    command_id = story.update("c2", name="Refused")
    place = next(
        place
        for place, event in enumerate(story.ana.events)
        if isinstance(event, Acknowledged) and event.command_id == command_id
    )
    story.ana.events[place] = Refused(command_id, 1, 412, "The record has changed.", 0.0)
    violation = only(story.evidence())
    assert (violation.kind, violation.command_id) == (Kind.PHANTOM, command_id)


def test_a_row_that_nobody_wrote_is_a_phantom(story: Story) -> None:
    evidence = story.evidence()
    evidence.histories[0].events[:] = [
        event
        for event in evidence.histories[0].events
        if not (isinstance(event, Sent) and event.command.id == "command-1")
        and not (isinstance(event, Acknowledged) and event.command_id == "command-1")
    ]
    assert only(evidence).kind is Kind.PHANTOM


@pytest.mark.parametrize("whose", ["ben", "instance 2"])
def test_an_unequal_replica_is_named(story: Story, whose: str) -> None:
    evidence = story.evidence()
    view = next(view for view in evidence.views if view.whose == whose)
    view.clients[0]["name"] = "Something else"
    violation = only(evidence)
    assert (violation.kind, violation.where) == (Kind.UNEQUAL, whose)
    assert "name 'Something else' for 'Kestrel'" in violation.what


def test_a_database_that_is_not_what_its_log_says_is_unequal(story: Story) -> None:
    evidence = story.evidence()
    kinds = [violation.where for violation in check(with_stored(evidence, clients=[]))]
    assert "the log's clients" in kinds


def test_a_change_told_in_two_ways_is_found(story: Story) -> None:
    place = received_at(story.ben, 3)
    event = story.ben.events[place]
    assert isinstance(event, Received)
    story.ben.events[place] = retold(event, version=9)
    violation = only(story.evidence())
    assert (violation.kind, violation.seq) == (Kind.CONTENT, 3)


def test_a_log_with_a_hole_is_broken(story: Story) -> None:
    evidence = story.evidence()
    log = [*evidence.stored[0].log[:2], *evidence.stored[0].log[3:]]
    found = check(with_stored(evidence, log=log))
    assert (found[0].kind, found[0].seq) == (Kind.LOG_BROKEN, 3)


def test_a_log_that_ends_before_its_head_is_broken(story: Story) -> None:
    evidence = with_stored(story.evidence(), head=7)
    views = [replace(view, seq=7) for view in evidence.views]
    assert only(replace(evidence, views=views)).kind is Kind.LOG_BROKEN


def test_a_change_that_does_not_follow_is_a_misfit(story: Story) -> None:
    evidence = story.evidence()
    row = evidence.stored[0].log[5]
    row["version"] += 1
    kinds = {violation.kind for violation in check(evidence)}
    assert Kind.MISFIT in kinds


def test_an_answer_with_another_version_than_the_logs_is_not_true(story: Story) -> None:
    for place, event in enumerate(story.ana.events):
        if isinstance(event, Acknowledged) and event.seq == 3:
            story.ana.events[place] = replace(event, version=7)
    assert only(story.evidence()).kind is Kind.WRONG_ANSWER


def test_a_repeated_command_that_gets_another_answer_is_found(story: Story) -> None:
    first = next(event for event in story.ana.events if isinstance(event, Acknowledged))
    story.ana.note(replace(first, attempt=2, result={"id": "c1", "name": "Another"}))
    assert only(story.evidence()).kind is Kind.WRONG_ANSWER


def test_a_refusal_that_no_fault_excuses_is_found(story: Story) -> None:
    story.refuse("c2", status=422)
    assert only(story.evidence()).kind is Kind.SURPRISE


def test_commands_of_one_channel_that_overtake_each_other_are_found(story: Story) -> None:
    sent = [place for place, event in enumerate(story.ana.events) if isinstance(event, Sent)]
    events = story.ana.events
    events.insert(sent[0], events.pop(sent[1]))
    violation = only(story.evidence())
    assert (violation.kind, violation.command_id) == (Kind.OVERTAKEN, "command-1")
