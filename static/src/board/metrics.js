// How high cards are. A card is made of rows of one line each, so that cards with the same rows are equally high: one
// of each kind is measured, and the places of all others are known without drawing them.
import { signal } from "@preact/signals";
import { stacked } from "../virtual/window.js";

const GUESS_PX = 80; // until the first of its kind has been measured

/** Which rows a card has, as a key. */
export function shapeOf({ company, tags, value, next_action_at: nextAction, owner_id: owner }) {
  const rows = [company, tags.length > 0, value || nextAction || owner];
  return rows.map((row) => (row ? 1 : 0)).join("");
}

/** A card being carried by pointer leaves its place to a gap: `absent` is its id, `gap` the gap's height. */
export function createMetrics() {
  const measured = signal({ heights: new Map(), gap: 0 });

  function heightOf(item) {
    return item.gap ? item.height : (measured.value.heights.get(shapeOf(item)) ?? GUESS_PX);
  }

  return {
    /** {tops, total, heights} of a column's items. The item with the id `absent` takes no room. */
    place(items, absent = null) {
      const { gap } = measured.value;
      const heights = items.map((item) => (item.id === absent && !item.gap ? -gap : heightOf(item)));
      return { ...stacked(heights, gap), heights };
    },

    /** Learns from the cards that a list shows. */
    measure(list) {
      const { heights, gap } = measured.peek();
      const found = new Map(heights);
      for (const card of list.querySelectorAll("[data-shape]")) {
        if (!found.has(card.dataset.shape) && card.offsetHeight > 0) found.set(card.dataset.shape, card.offsetHeight);
      }
      if (found.size === heights.size) return;
      measured.value = { heights: found, gap: gap || parseFloat(getComputedStyle(list).rowGap) };
    },

    /** The text's size has changed: nothing is known any more. */
    forget: () => (measured.value = { heights: new Map(), gap: 0 }),
  };
}
