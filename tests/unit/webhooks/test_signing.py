"""Signatures are those of the Standard Webhooks specification, whoever computes them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from server.webhooks.signing import new_key, secret_of, signature, signed_headers


def test_the_signature_is_the_one_of_the_specifications_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    found = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_another_library_verifies_it_and_notices_a_change() -> None:
    key, body, now = new_key(), b'{"type":"client.created"}', int(datetime.now(UTC).timestamp())
    headers = signed_headers([key], "msg_1", now, body)

    assert Webhook(secret_of(key)).verify(body, headers) == {"type": "client.created"}
    for forged in (
        (body + b" ", headers),
        (body, headers | {"webhook-id": "msg_2"}),
        (body, headers | {"webhook-timestamp": str(now - 1)}),
        (body, signed_headers([key], "msg_1", now - 3_600, body)),  # an old one, played again
        (body, signed_headers([new_key()], "msg_1", now, body)),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret_of(key)).verify(*forged)


def test_while_a_secret_is_replaced_either_verifies() -> None:
    old, new, now = new_key(), new_key(), int(datetime.now(UTC).timestamp())

    headers = signed_headers([new, old], "msg_1", now, b"{}")

    for key in (old, new):
        assert Webhook(secret_of(key)).verify(b"{}", headers) == {}


def test_no_two_keys_are_the_same() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert all(len(new_key()) == 32 for _ in range(10))
