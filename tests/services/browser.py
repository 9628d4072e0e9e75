"""The browser for tests."""

import shutil

from tests.services.process import ServiceFailed


def browser_program() -> str:
    """The installed Chromium or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise ServiceFailed("Chromium is not installed; `make test` sets it up")
