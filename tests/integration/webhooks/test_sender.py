"""The connection goes to the address that was checked, whatever the name says a moment later."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from server.webhooks.guard import Guard
from server.webhooks.limits import WebhookLimits
from server.webhooks.sender import Sender
from tests.services.receiver import Receiver, Reply

LIMITS = WebhookLimits(delivery_timeout_s=2, connect_timeout_s=1)
LOOPBACK = (ip_network("127.0.0.0/31"),)


class Names:
    """A name server that gives each answer once, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def sender(names: Names) -> Sender:
    return Sender(Guard(names.resolve, LOOPBACK, allow_http=True), LIMITS)


async def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked() -> None:
    names = Names(["127.0.0.1"], ["127.0.0.9"])
    async with Receiver() as receiver:
        url = f"http://rebinding.example:{receiver.port}/x?y=1"
        async with sender(names).line(url) as line:
            answers = [await line.send(b"{}", {"webhook-id": "msg_1"}) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert names.asked == ["rebinding.example"]
    assert receiver.received[0].headers["host"] == f"rebinding.example:{receiver.port}"
    assert receiver.received[0].path == "/x?y=1"


async def test_a_name_that_leads_inside_at_its_next_lookup_is_refused_then() -> None:
    names = Names(["127.0.0.1"], ["127.0.0.9"])
    async with Receiver() as receiver:
        outgoing, url = sender(names), f"http://rebinding.example:{receiver.port}/"
        async with outgoing.line(url) as line:
            assert (await line.send(b"{}", {})).succeeded
        async with outgoing.line(url) as line:
            answer = await line.send(b"{}", {})

    assert answer.error == "Not sent: The host is not on the public internet."
    assert receiver.connections == 1


async def test_the_next_address_is_tried_when_nobody_answers_at_the_first() -> None:
    async with Receiver() as receiver:  # which listens on 127.0.0.1 alone
        names = Names(["127.0.0.0", "127.0.0.1"])
        async with sender(names).line(f"http://two.example:{receiver.port}/") as line:
            assert (await line.send(b"{}", {})).succeeded


async def test_a_name_without_an_address_is_a_failure() -> None:
    async with sender(Names([])).line("http://none.example/") as line:
        assert (await line.send(b"{}", {})).error == "The host has no address."


async def test_an_answer_is_never_unpacked_and_its_text_can_be_stored() -> None:
    async with Receiver() as receiver:
        receiver.reply = lambda _: Reply(
            headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b\0\xff not gzip"
        )
        async with sender(Names(["127.0.0.1"])).line(f"http://a.example:{receiver.port}/") as line:
            answer = await line.send(b"{}", {})

    assert answer.succeeded
    assert answer.body is not None
    assert "\0" not in answer.body


async def test_proxies_of_the_environment_are_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with (
        Receiver() as receiver,
        sender(Names(["127.0.0.1"])).line(f"http://a.example:{receiver.port}/") as line,
    ):
        assert (await line.send(b"{}", {})).succeeded


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For hooks.example alone, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=clientflow-test", "-addext", "subjectAltName=DNS:hooks.example"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", *subject, "-keyout", folder / "key.pem",
         "-out", folder / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.mark.parametrize("host", ["hooks.example", "other.example"])
async def test_with_tls_the_certificate_has_to_be_the_names(host: str, certificate: Path) -> None:
    """Though the connection is made to an address."""
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(certificate)
    trusted = ssl.create_default_context(cafile=str(certificate))
    guard = Guard(Names(["127.0.0.1"]).resolve, LOOPBACK)
    async with (
        Receiver(shown) as receiver,
        Sender(guard, LIMITS, trusted).line(f"https://{host}:{receiver.port}/") as line,
    ):
        answer = await line.send(b"{}", {})

    if host == "hooks.example":
        assert answer.succeeded
    else:
        assert answer.error == "The receiver's certificate is not valid for its host."
        assert receiver.received == []
