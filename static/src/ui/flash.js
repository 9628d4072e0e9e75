// How a change by somebody else shows: briefly, and not at all to whoever asked for less motion.

const FLASH_MS = 1_200;

export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function flash(element) {
  if (isCalm()) return;
  const glow = { backgroundColor: "var(--accent-soft)" };
  element.animate([glow, { ...glow, offset: 0.3 }, {}], FLASH_MS);
}
