// Which items of a long list have to be drawn. Pure: heights in, places out.

/** Where items of these heights stand, `gap` apart. Returns {tops, total}; `total` ends with the last item. */
export function stacked(heights, gap = 0) {
  const tops = new Float64Array(heights.length);
  let top = 0;
  for (let index = 0; index < heights.length; index += 1) {
    tops[index] = top;
    top += heights[index] + gap;
  }
  return { tops, total: Math.max(0, top - gap) };
}

/** The index of the last item that begins at or above `y`; 0 when none does. */
export function indexAt(tops, y) {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The indices between `from` and `to` pixels, and whichever of `more` are not among them, in order. */
export function indicesIn(tops, from, to, more = []) {
  if (tops.length === 0) return [];
  const first = indexAt(tops, from);
  const last = indexAt(tops, to);
  const within = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  const others = [...new Set(more)].filter((index) => index >= 0 && (index < first || index > last));
  return others.length === 0 ? within : [...within, ...others].sort((a, b) => a - b);
}

/** The scroll position nearest to `now` that shows an item whole, `margin` from the edges. */
export function scrollToShow({ top, height, now, room, margin = 0 }) {
  if (top - margin < now || height + 2 * margin > room) return Math.max(0, top - margin);
  return Math.max(now, top + height + margin - room);
}
