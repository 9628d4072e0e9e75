"""The version of what runs; pyproject.toml and CHANGELOG.md say the same (a test compares)."""

VERSION = "0.1.0"
