"""The version of the client; pyproject.toml and the server say the same (a test compares)."""

VERSION = "0.1.0"
