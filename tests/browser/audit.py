"""What axe-core finds wrong with a page for people who use it by screen reader or keyboard."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from playwright.async_api import Page, ViewportSize

from tests.browser.tab import Tab
from tests.services import ROOT

# The desk comes last, so that a test goes on with it.
VIEWPORTS: tuple[ViewportSize, ...] = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 800},
)
# In the dark only the rules about colour can find anything new.
SCHEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
    "light": {},
}
# What fades in has the wrong colours until it is there, and some views are drawn anew a frame later.
SETTLED = """async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const ends = document.getAnimations().filter(
        ({ effect }) => effect.getTiming().iterations !== Infinity,
    );
    await Promise.allSettled(ends.map(({ finished }) => finished));
}"""


async def faults(tab: Tab) -> list[str]:
    """Every violation, narrow and wide, dark and light, as one line an element."""
    await tab.page.evaluate(_script())
    found: list[str] = []
    for viewport in VIEWPORTS:
        await tab.page.set_viewport_size(viewport)
        for scheme, options in SCHEMES.items():
            await tab.page.emulate_media(color_scheme=scheme)
            where = f"{viewport['width']} px, {scheme}"
            found += [f"{where}: {fault}" for fault in await _violations(tab.page, options)]
    return found


async def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    await page.evaluate(SETTLED)
    run = "(options) => axe.run(document, { resultTypes: ['violations'], ...options })"
    report: dict[str, Any] = await page.evaluate(run, options)
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in report["violations"]
        for node in rule["nodes"]
    ]


@cache
def _script() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text()
