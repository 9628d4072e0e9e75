"""What the package's extra `server` needs, told to its builder: requirements.in, which the pins are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ServerExtra(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "requirements.in").read_text()
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        metadata["optional-dependencies"] = {"server": [line for line in lines if line]}
