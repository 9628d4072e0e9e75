"""The plot: horizontal bars on a logarithmic scale, as SVG that is readable on light and on dark."""

from __future__ import annotations

import math
from html import escape

from bench.report.markdown import number
from bench.results import Entry, Row

SERIES = (("full_cpu", "full speed"), ("calm_cpu", "50 events a second"))
WIDTH, LEFT, RIGHT = 840, 300, 70
TOP, STEP, BAR, BOTTOM = 84, 42, 13, 36

STYLE = """
  .back { fill: #ffffff }
  text { font: 13px system-ui, sans-serif; fill: #1f2937 }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 12px; fill: #4b5563 }
  .grid { stroke: #d1d5db }
  .bar { fill: #6b7280 } .ours { fill: #2563eb } .calm { opacity: .5 }
  .spread { stroke: #111827; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #111827 }
    text { fill: #e5e7eb } .small { fill: #9ca3af } .grid { stroke: #374151 }
    .bar { fill: #9ca3af } .ours { fill: #60a5fa } .spread { stroke: #f9fafb }
  }
"""


def plot(row: Row) -> str:
    """CPU seconds per million deliveries of the row fanout. Raises `ValueError` when nothing was measured."""
    entries = [entry for entry in row.entries if entry.median("full_cpu")]
    if not entries:
        raise ValueError("no server was measured")
    entries.sort(key=lambda entry: entry.median("full_cpu") or 0)
    scale = Scale.over(
        [value for entry in entries for name, _ in SERIES for value in entry.figures[name]]
    )
    height = TOP + STEP * len(entries) + BOTTOM
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="CPU seconds per million deliveries, by server">'
    )
    parts = [
        head,
        f"<style>{STYLE}</style>",
        '<rect class="back" width="100%" height="100%" rx="8"/>',
        '<text class="title" x="16" y="28">CPU seconds per million deliveries (less is better)</text>',
        *_legend(),
        *_grid(scale, height),
    ]
    for at, entry in enumerate(entries):
        parts += _bars(entry, scale, TOP + STEP * at)
    return "\n".join([*parts, "</svg>"]) + "\n"


class Scale:
    """Powers of ten, from left to right: `low` is whole."""

    def __init__(self, low: int, high: float) -> None:
        self.low, self.high = low, high

    @classmethod
    def over(cls, values: list[float]) -> Scale:
        """From the power of ten below all of them to a little above."""
        low = math.floor(math.log10(min(values)))
        return cls(low, max(low + 1, math.log10(max(values)) + 0.1))

    def x(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _legend() -> list[str]:
    parts = []
    for at, (name, label) in enumerate(SERIES):
        x = 16 + 130 * at
        calm = " calm" if name == "calm_cpu" else ""
        parts.append(f'<rect class="bar{calm}" x="{x}" y="46" width="14" height="12" rx="2"/>')
        parts.append(f'<text class="small" x="{x + 20}" y="57">{label}</text>')
    parts.append(
        f'<text class="small" x="{WIDTH - 16}" y="57" text-anchor="end">logarithmic scale</text>'
    )
    return parts


def _grid(scale: Scale, height: int) -> list[str]:
    parts = []
    for power in range(scale.low, math.floor(scale.high) + 1):
        x = scale.x(10**power)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - BOTTOM}"/>'
        )
        parts.append(
            f'<text class="small" x="{x:.1f}" y="{height - 14}" text-anchor="middle">{10**power:g}</text>'
        )
    return parts


def _bars(entry: Entry, scale: Scale, y: int) -> list[str]:
    ours = " ours" if entry.server.startswith("clientflow") else ""
    label = escape(entry.label)
    parts = [f'<text x="{LEFT - 12}" y="{y + 18}" text-anchor="end">{label}</text>']
    for at, (name, series) in enumerate(SERIES):
        spread = entry.spread(name)
        if spread is None:
            continue
        calm = " calm" if name == "calm_cpu" else ""
        top, end = y + at * (BAR + 2), scale.x(spread.median)
        middle = top + BAR / 2
        shown = number(spread.median)
        low, high = scale.x(spread.low), scale.x(spread.high)
        bar = f'x="{LEFT}" y="{top}" width="{end - LEFT:.1f}" height="{BAR}" rx="2"'
        parts.append(
            f'<rect class="bar{ours}{calm}" {bar}><title>{label}, {series}: {shown}</title></rect>'
        )
        line = f'x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"'
        parts.append(f'<line class="spread" {line}/>')
        parts.append(f'<text class="small" x="{high + 6:.1f}" y="{top + 11}">{shown}</text>')
    return parts
