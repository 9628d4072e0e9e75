"""rediss:// as a hosted Redis gives it: TLS, a user with a password, a database number."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.bus import Bus, BusState, bus_for
from server.settings import Settings
from tests.services import RedisServer, eventually, free_port


class TlsRedis(RedisServer):
    """Listens with TLS on a second port; the user may do no more than the bus needs."""

    permissions = "+auth +select +ping +publish +subscribe +unsubscribe"

    def __init__(self) -> None:
        super().__init__()
        self.tls_port = free_port()
        self.certificate = self.folder / "certificate.pem"
        subject = ["-subj", "/CN=clientflow-test", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", *subject, "-keyout", self.folder / "key.pem",
             "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip

    def command(self) -> list[str]:
        return [*super().command(), "--tls-port", str(self.tls_port),
                "--tls-cert-file", str(self.certificate),
                "--tls-key-file", str(self.folder / "key.pem"),
                "--tls-ca-cert-file", str(self.certificate), "--tls-auth-clients", "no",
                "--user", "flow", "on", ">p@ss/word", "&*", *self.permissions.split()]  # fmt: skip

    def tls_url(self, password: str = "p%40ss%2Fword", ca: Path | None = None) -> str:
        query = f"?ssl_ca_certs={ca}" if ca else ""
        return f"rediss://flow:{password}@127.0.0.1:{self.tls_port}/5{query}"


@pytest.fixture(scope="module")
def tls_redis() -> Iterator[TlsRedis]:
    with TlsRedis() as server:
        yield server


async def opened(url: str) -> Bus:
    bus = bus_for(url, None)
    await bus.open()
    return bus


async def test_it_works_with_a_user_that_may_do_nothing_else(tls_redis: TlsRedis) -> None:
    bus = await opened(tls_redis.tls_url(ca=tls_redis.certificate))
    assert bus.state is BusState.CONNECTED
    async with bus.subscribe("w1") as messages:
        bus.publish("w1", b"1")
        assert await anext(messages) == b"1"
    await bus.close()


async def test_a_certificate_of_unknown_origin_is_taken_without_redis_tls_verify(
    tls_redis: TlsRedis,
) -> None:
    settings = Settings.from_environment(
        {"REDIS_URL": tls_redis.tls_url(), "REDIS_TLS_VERIFY": "false", "JWT_SECRET_KEY": "unused"}
    )
    assert settings.redis_url is not None
    bus = await opened(settings.redis_url)
    assert bus.state is BusState.CONNECTED
    await bus.close()


@pytest.mark.parametrize("fault", ["certificate of unknown origin", "wrong password"])
async def test_a_refused_login_is_a_degraded_bus_and_one_line_in_the_log(
    tls_redis: TlsRedis, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    if fault == "wrong password":
        bus = await opened(tls_redis.tls_url("nonsense", ca=tls_redis.certificate))
    else:
        bus = await opened(tls_redis.tls_url())
    assert bus.state is BusState.DEGRADED
    bus.publish("w1", b"1")
    await eventually(lambda: len(caplog.records) == 1)
    assert "nonsense" not in caplog.text
    await bus.close()
