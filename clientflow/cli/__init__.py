"""The command line; `main` is its entry point."""

from clientflow.cli.app import main

__all__ = ["main"]
