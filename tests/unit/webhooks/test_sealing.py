"""What signs is stored so that the database alone gives nobody's secret away."""

from __future__ import annotations

import base64

import pytest

from server.webhooks.sealing import CannotOpen, Sealing
from server.webhooks.signing import new_key


def test_what_is_sealed_opens_to_the_same_key() -> None:
    sealing, key = Sealing("the server's key"), new_key()
    assert sealing.open(sealing.seal(key)) == key


def test_the_same_key_is_sealed_differently_each_time_and_never_shows() -> None:
    sealing, key = Sealing("the server's key"), new_key()
    sealed = {sealing.seal(key) for _ in range(50)}
    assert len(sealed) == 50
    assert all(key not in base64.b64decode(each) for each in sealed)


def test_another_servers_key_opens_nothing() -> None:
    sealed = Sealing("the server's key").seal(new_key())
    with pytest.raises(CannotOpen):
        Sealing("another key").open(sealed)


@pytest.mark.parametrize("place", [0, 20, 50])
def test_what_was_tampered_with_does_not_open(place: int) -> None:
    sealing = Sealing("the server's key")
    raw = bytearray(base64.b64decode(sealing.seal(new_key())))
    raw[place] ^= 1
    with pytest.raises(CannotOpen):
        sealing.open(base64.b64encode(raw).decode())


def test_after_a_rotation_the_former_key_opens_and_what_it_sealed_is_sealed_anew() -> None:
    key, before, after = new_key(), Sealing("old"), Sealing("new", "old")
    sealed = before.seal(key)

    anew = after.sealed_anew(sealed)

    assert after.open(sealed) == key
    assert anew is not None
    assert Sealing("new").open(anew) == key
    assert after.sealed_anew(anew) is None
