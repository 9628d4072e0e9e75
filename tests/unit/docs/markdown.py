"""The little of Markdown that the project's pages use: headings, fenced blocks, tables and links."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import ROOT

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Block:
    """A fenced block: `kind` is what stands behind the fence, such as "json client"."""

    kind: str
    text: str

    def values(self) -> Iterator[Any]:
        """The JSON values that stand in it, one after the other."""
        rest = self.text.strip()
        while rest:
            value, end = json.JSONDecoder().raw_decode(rest)
            yield value
            rest = rest[end:].strip()


class Page:
    """One of the project's Markdown files, or a section of it."""

    def __init__(self, name: str, text: str | None = None) -> None:
        self.name = name
        self.text = (ROOT / name).read_text() if text is None else text

    def __repr__(self) -> str:
        return self.name

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCED.sub("", self.text)

    @property
    def headings(self) -> list[str]:
        return re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)

    @property
    def anchors(self) -> set[str]:
        """The fragments that a link to the page may end in, as GitHub makes them of the headings."""
        plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in self.headings]
        return {heading.replace(" ", "-") for heading in plain}

    def section(self, heading: str) -> "Page":
        """The part under a heading, up to the next one of the same or a higher level."""
        found = re.search(rf"^(#+) {re.escape(heading)}$", self.text, re.MULTILINE)
        assert found, f"{self.name} has no heading {heading!r}"
        rest = self.text[found.end() :]
        fenced = [range(*match.span()) for match in _FENCED.finditer(rest)]
        for end in re.finditer(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE):
            if not any(end.start() in block for block in fenced):
                return Page(f"{self.name}#{heading}", rest[: end.start()])
        return Page(f"{self.name}#{heading}", rest)

    def blocks(self, kind: str) -> list[Block]:
        """The fenced blocks of a kind; "json" gives "json client" too."""
        found = re.findall(r"^```(.*?)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        blocks = [Block(words, text) for words, text in found]
        return [block for block in blocks if f"{block.kind} ".startswith(f"{kind} ")]

    def table(self, *columns: str) -> list[dict[str, str]]:
        """The rows of every table with exactly these columns. There must be one."""
        rows: list[dict[str, str]] = []
        lines = self.prose.splitlines()
        for number, line in enumerate(lines):
            if _cells(line) == list(columns):
                for row in lines[number + 2 :]:
                    if not row.startswith("|"):
                        break
                    cells = _cells(row)
                    assert len(cells) == len(columns), f"{self.name}: {row}"
                    rows.append(dict(zip(columns, cells, strict=True)))
        assert rows, f"{self.name} has no table with the columns {columns}"
        return rows

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def code(self) -> list[str]:
        """What stands in backticks."""
        return code_in(self.prose)


def code_in(text: str) -> list[str]:
    return _CODE.findall(text)


def pages() -> list[Page]:
    """README.md, CHANGELOG.md, SECURITY.md and everything in docs/."""
    named = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")]
    files = [*named, *sorted((ROOT / "docs").rglob("*.md"))]
    return [Page(str(file.relative_to(ROOT))) for file in files]


def folder_of(page: Page) -> Path:
    return (ROOT / page.name).parent


def _cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    return [cell.strip() for cell in _CELL_END.split(line.strip())[1:-1]]
