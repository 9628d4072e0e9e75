"""Ids that sort by time, and secrets."""

import re
import secrets
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import messages
from server.ids import digest, new_id, new_id_after, new_secret


def id_at(milliseconds: int, random_bits: int) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: milliseconds * 1_000_000)
        patch.setattr(secrets, "randbits", lambda count: random_bits & ((1 << count) - 1))
        return new_id()


def test_an_id_is_a_uuid_of_version_7_made_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_version_and_variant_hold_for_any_time_and_chance(
    milliseconds: int, random_bits: int
) -> None:
    text = id_at(milliseconds, random_bits)
    assert re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", text)
    assert int(text[:12], 16) == milliseconds


@pytest.mark.parametrize("bit", [b for b in range(80) if b not in (62, 63, 76, 77, 78, 79)])
def test_every_other_bit_is_left_to_chance(bit: int) -> None:
    assert int(id_at(0, 1 << bit), 16) ^ int(id_at(0, 0), 16) == 1 << bit


@given(st.integers(0, 2**48 - 2), st.integers(1, 1_000), st.integers(0), st.integers(0))
def test_a_later_id_sorts_last(milliseconds: int, later: int, one: int, other: int) -> None:
    then = min(milliseconds + later, 2**48 - 1)
    assert id_at(milliseconds, one) < id_at(then, other)


def test_ids_are_all_different_and_of_the_form_that_the_messages_take() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert all(re.search(messages._ID, made) for made in ids)


def test_ids_that_follow_one_another_sort_so_within_a_millisecond_too() -> None:
    ids = [new_id()]
    for _ in range(10_000):
        ids.append(new_id_after(ids[-1]))
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {uuid.UUID(id_).version for id_ in ids} == {7}


def test_a_secret_has_256_bits_that_can_stand_in_a_url() -> None:
    made = {new_secret("cf_") for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(re.fullmatch(r"cf_[A-Za-z0-9_-]{43}", secret) for secret in made)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_secret())


def test_a_digest_is_the_sha_256_of_the_secret() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("é") != digest("e")
