// Colours for stages; each is told apart from its neighbours, light and dark.

export const PALETTE = [
  "#64748b",
  "#3b82f6",
  "#06b6d4",
  "#14b8a6",
  "#16a34a",
  "#84cc16",
  "#eab308",
  "#f97316",
  "#dc2626",
  "#ec4899",
  "#a855f7",
  "#6366f1",
];

/** A colour that no stage has yet; grey when all are taken. */
export function freeColor(stages) {
  const taken = new Set(stages.map(({ color }) => color.toLowerCase()));
  return PALETTE.slice(1).find((color) => !taken.has(color)) ?? PALETTE[0];
}
