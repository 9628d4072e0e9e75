"""The app for tests."""

import http.client
import sys
from collections.abc import Mapping
from typing import ClassVar

from tests.services.process import ROOT, Service


class ServerProcess(Service):
    """One instance of the app, started as an operator would: by its command and environment."""

    name = "server"
    defaults: ClassVar[dict[str, str]] = {
        "HOST": "127.0.0.1",
        "ENVIRONMENT": "development",
        "JWT_SECRET_KEY": "a secret of the tests alone, long enough for HS256",
        "BCRYPT_ROUNDS": "4",
        "LOG_LEVEL": "info",
        # All tests come from one address, far faster than people.
        "RATE_LIMITS": "1000",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }

    def __init__(
        self,
        database_url: str,
        redis_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        *,
        plain: bool = False,
    ) -> None:
        """`plain`: under an ASGI server that offers no way around its messages."""
        super().__init__()
        self._module = ["tests.services.plain"] if plain else ["server", "serve"]
        self.settings = {**self.defaults, "DATABASE_URL": database_url}
        if redis_url is not None:
            self.settings["REDIS_URL"] = redis_url
        self.settings.update(settings or {})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        return super().environment() | self.settings | {"PORT": str(self.port)}

    def command(self) -> list[str]:
        return [sys.executable, "-m", *self._module]

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def terminate(self) -> int:
        """SIGTERM, then its exit code."""
        return self.stop()
