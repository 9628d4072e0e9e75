"""What resources of a provider take and give, read from the classes that CDK for Terraform made of its schema.

The packages are downloaded, with pinned hashes, and not installed: they are read where they lie.
"""

from __future__ import annotations

import ast
import functools
import re
import zipfile
from dataclasses import dataclass

from tests.services import ROOT

PACKAGES = ROOT / ".venv" / "infra" / "providers"

_CLASS = re.compile(r"^class (\w+)[(:]", re.MULTILINE)
_SIGNATURE = re.compile(r"^    def __init__\(.*?\) -> None:", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(r"^    def (\w+)\(\s*self,?\s*\) ->", re.MULTILINE)
_BLOCK = re.compile(r"'?(\w+)'?, typing\.Dict\[builtins\.str, typing\.Any\]")
_OF_EVERY_RESOURCE = frozenset(
    {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
)


@dataclass(frozen=True)
class Argument:
    """`block` names the class of a nested block; empty for a plain value, "*" for one of any shape."""

    required: bool
    block: str


class Schema:
    """Of one resource or data source. Raises `LookupError` when the provider has none of that name."""

    def __init__(self, kind: str, type_: str) -> None:
        provider, _, name = type_.partition("_")
        folder = f"data_{provider}_{name}" if kind == "data" else name
        with zipfile.ZipFile(
            next(PACKAGES.glob(f"cdktf_cdktf_provider_{provider}-*.whl"))
        ) as package:
            try:
                text = package.read(
                    f"cdktf_cdktf_provider_{provider}/{folder}/__init__.py"
                ).decode()
            except KeyError:
                raise LookupError(f"there is no {kind} {type_}") from None
        starts = [*_CLASS.finditer(text)]
        ends = [start.start() for start in starts[1:]] + [len(text)]
        self._classes = {
            start[1]: text[start.start() : end] for start, end in zip(starts, ends, strict=True)
        }
        (self._top,) = [
            name
            for name, text in self._classes.items()
            if re.match(r"class \w+\(\s*_cdktf_\w+\.TerraformMetaArguments,?\s*\):", text)
        ]
        (resource,) = [
            text
            for text in self._classes.values()
            if re.match(r"class \w+\(\s*_cdktf_\w+\.Terraform(Resource|DataSource),", text)
        ]
        self.attributes = set(_PROPERTY.findall(resource))

    def arguments(self, block: str = "") -> dict[str, Argument]:
        """Of the resource, or of one of its nested blocks."""
        signature = _SIGNATURE.search(self._classes[block or self._top])
        if signature is None:
            return {}
        (made,) = ast.parse(f"{signature[0].strip()} ...").body
        assert isinstance(made, ast.FunctionDef)
        return {
            named.arg.rstrip("_"): Argument(default is None, _block_of(named.annotation))
            for named, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
            if block or named.arg not in _OF_EVERY_RESOURCE
        }


@functools.cache
def schema(kind: str, type_: str) -> Schema:
    return Schema("data" if kind == "data" else "resource", type_)


def _block_of(annotated: ast.expr | None) -> str:
    assert annotated is not None
    annotation = ast.unparse(annotated)
    if found := _BLOCK.search(annotation):
        return found[1]
    return "*" if annotation in ("typing.Any", "typing.Optional[typing.Any]") else ""
