from pathlib import Path

import pytest

from server.settings import Settings

SECRET = "0123456789abcdef" * 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A developer's settings with a key of their own."""
    environ = {"JWT_SECRET_KEY": SECRET, "BCRYPT_ROUNDS": "4"}
    return Settings.from_environment(environ, tmp_path / "secret")
