"""What axe-core finds wrong with a page for people who use it by screen reader or keyboard."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from tests.browser.tab import Tab
from tests.services import ROOT

RUN = """() => axe.run(document, { resultTypes: ["violations"] })"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@cache
def _script() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text()


async def faults(tab: Tab) -> list[str]:
    """Every violation, light and dark, as one line an element."""
    found: list[str] = []
    for scheme in SCHEMES:
        await tab.page.emulate_media(color_scheme=scheme)
        await _animations_are_over(tab)
        await tab.page.evaluate(_script())
        report: dict[str, Any] = await tab.page.evaluate(RUN)
        found += [
            f"{scheme}: {rule['id']} at {node['target']}: {node['failureSummary']}"
            for rule in report["violations"]
            for node in rule["nodes"]
        ]
    return found


async def _animations_are_over(tab: Tab) -> None:
    """What fades in has the wrong colours until it is there."""
    await tab.page.wait_for_function(
        """() => document.getAnimations().every(
            ({ playState, effect }) =>
                playState === "finished" || effect.getTiming().iterations === Infinity
        )"""
    )
