"""Where the files are that are no code: in the source tree, or in the package that was built of it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(name: str, source: str) -> Path:
    """The folder `name` of an installed package (pyproject.toml puts it there); else `source` of the tree."""
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / source
