"""The little of Dockerfile and .dockerignore that this project uses, for tests that have no Docker engine."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from tests.services import ROOT


@dataclass(frozen=True)
class Copy:
    sources: tuple[str, ...]
    target: str
    stage: str | None


@dataclass
class Stage:
    base: str
    name: str | None
    instructions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def copies(self) -> list[Copy]:
        found = []
        for name, rest in self.instructions:
            if name == "COPY":
                options = re.findall(r"--(\w+)=(\S+)", rest)
                *sources, target = re.sub(r"--\w+=\S+", "", rest).split()
                found.append(Copy(tuple(sources), target, dict(options).get("from")))
        return found

    @property
    def environment(self) -> dict[str, str]:
        return {
            name: value
            for instruction, rest in self.instructions
            if instruction == "ENV"
            for name, value in re.findall(r"(\w+)=(\S+)", rest)
        }


@dataclass(frozen=True)
class Dockerfile:
    stages: list[Stage]

    @classmethod
    def read(cls) -> Self:
        text = (ROOT / "Dockerfile").read_text()
        text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"\\\n\s*", "", text)
        stages: list[Stage] = []
        for line in filter(None, map(str.strip, text.splitlines())):
            name, rest = line.split(maxsplit=1)
            if name == "FROM":
                base, *alias = rest.split(" AS ")
                stages.append(Stage(base, alias[0] if alias else None))
            else:
                stages[-1].instructions.append((name, rest))
        return cls(stages)

    @property
    def image(self) -> Stage:
        return self.stages[-1]

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def instruction(self, name: str) -> str:
        """What the image's last instruction of that name says."""
        return [rest for found, rest in self.image.instructions if found == name][-1]

    def command(self, name: str) -> list[str]:
        """The words of CMD or HEALTHCHECK, which are in exec form."""
        words = self.instruction(name)
        loaded: list[str] = json.loads(words[words.index("[") :])
        return loaded


class Context:
    """A folder as the builder gets it: without what .dockerignore names."""

    def __init__(self, folder: Path = ROOT) -> None:
        self._folder = folder
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        self._rules = [
            (not line.startswith("!"), _pattern(line.removeprefix("!")))
            for line in lines
            if line and not line.startswith("#")
        ]

    def holds(self, path: str) -> bool:
        """Whether the file goes to the builder. The last rule that names it, or a folder above it, decides."""
        parts = PurePosixPath(path)
        names = [str(parts), *(str(parent) for parent in parts.parents if parent.name)]
        ignored = False
        for ignores, pattern in self._rules:
            if any(pattern.fullmatch(name) for name in names):
                ignored = ignores
        return not ignored

    def copy(self, copy: Copy, target: Path) -> None:
        """What COPY does. Raises FileNotFoundError where the builder would fail."""
        several = copy.target.endswith("/") or len(copy.sources) > 1
        for source in copy.sources:
            origin = self._folder / source
            if origin.is_dir():
                destination = target / copy.target
                files = [path for path in sorted(origin.rglob("*")) if path.is_file()]
            else:
                destination = target / copy.target / source if several else target / copy.target
                files = [origin]
            kept = [path for path in files if self.holds(str(path.relative_to(self._folder)))]
            if not kept:
                raise FileNotFoundError(f"nothing of {source} is in the context")
            for path in kept:
                place = destination / path.relative_to(origin) if origin.is_dir() else destination
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)


def _pattern(line: str) -> re.Pattern[str]:
    """Go's filepath.Match, with `**` for any number of folders."""
    regex = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", line.strip("/")):
        regex += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(
            part, re.escape(part)
        )
    return re.compile(regex)
