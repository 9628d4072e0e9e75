"""Modules of Terraform as data: what they declare, what they refer to."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import ROOT

TERRAFORM = ROOT / "infra" / "terraform"
Block = dict[str, Any]

_REFERENCE = re.compile(
    r"(?<![\w.-])(?P<kind>var|local|module|data|ephemeral|(?:aws|random)_\w+)\."
    r"(?P<path>\w+(?:\.\w+)*)(?P<index>\[[^\[\]]*(?:\[[^\]]*\])?\])?(?:\.(?P<attribute>\w+))?"
)


@dataclass(frozen=True)
class Declared:
    """One resource, data source or ephemeral resource. `kind`: resource, data or ephemeral."""

    kind: str
    type: str
    name: str
    body: Block


@dataclass(frozen=True)
class Reference:
    """`kind` is var, local, module, or the kind of a `Declared`; `type` is empty but for those."""

    kind: str
    type: str
    name: str
    attribute: str | None


@dataclass(frozen=True)
class Module:
    folder: Path
    json: Block

    @property
    def name(self) -> str:
        return str(self.folder.relative_to(TERRAFORM))

    @property
    def variables(self) -> dict[str, Block]:
        return {name: body for name, (body,) in self.json.get("variable", {}).items()}

    @property
    def outputs(self) -> dict[str, Block]:
        return {name: body for name, (body,) in self.json.get("output", {}).items()}

    @property
    def locals(self) -> Block:
        return {
            name: value for block in self.json.get("locals", []) for name, value in block.items()
        }

    @property
    def calls(self) -> dict[str, Block]:
        return {name: body for name, (body,) in self.json.get("module", {}).items()}

    def called(self, call: str) -> Module:
        return module(self.folder / self.calls[call]["source"])

    @property
    def declared(self) -> list[Declared]:
        return [
            Declared(kind, type_, name, body)
            for kind in ("resource", "data", "ephemeral")
            for type_, named in self.json.get(kind, {}).items()
            for name, (body,) in named.items()
        ]

    @property
    def references(self) -> set[Reference]:
        return {
            _reference(found) for text in _texts(self.json) for found in _REFERENCE.finditer(text)
        }

    def one(self, type_: str, name: str = "this") -> Block:
        (found,) = [item for item in self.declared if (item.type, item.name) == (type_, name)]
        return found.body


def module(folder: Path) -> Module:
    (found,) = [item for item in modules() if item.folder == folder.resolve()]
    return found


@functools.cache
def modules() -> list[Module]:
    merged: dict[Path, Block] = {}
    for path, read in sources().items():
        into = merged.setdefault(path.parent, {})
        for kind, blocks in read["json"].items():
            if isinstance(blocks, list):
                into.setdefault(kind, []).extend(blocks)
            else:
                for label, body in blocks.items():
                    known = into.setdefault(kind, {}).get(label)
                    into[kind][label] = {**known, **body} if isinstance(known, dict) else body
    return [Module(folder, json_) for folder, json_ in sorted(merged.items())]


@functools.cache
def sources() -> dict[Path, Block]:
    """Each file's `json` and its `formatted` text. Raises `CalledProcessError` for a file that does not parse."""
    paths = sorted(TERRAFORM.rglob("*.tf"))
    done = subprocess.run(
        ["node", Path(__file__).with_name("hcl.mjs")],
        input="\n".join(map(str, paths)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {Path(path): read for path, read in json.loads(done.stdout).items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from re.findall(r"\$\{(.*)\}", value, re.DOTALL)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _reference(found: re.Match[str]) -> Reference:
    kind, path = found["kind"], found["path"].split(".")
    if found["attribute"]:
        path.append(found["attribute"])
    if kind in ("data", "ephemeral"):
        type_, *path = path
    elif kind in ("var", "local", "module"):
        type_ = ""
    else:
        kind, type_ = "resource", kind
    return Reference(kind, type_, path[0], path[1] if len(path) > 1 else None)
