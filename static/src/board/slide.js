// Cards glide to their new place instead of jumping: measured before and after, played as an animation.
import { useLayoutEffect, useRef } from "preact/hooks";

const SLIDE_MS = 160;
const MOST = 400; // longer columns are not measured

/** `items` are what the list shows; whenever they are others, the cards in sight glide. */
export function useSlide(list, items) {
  const before = useRef(new Map());
  useLayoutEffect(() => {
    const calm = items.length > MOST || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const places = calm ? new Map() : placesOf(list.current);
    const { scrollTop, clientHeight } = list.current;
    const inSight = (top) => top > scrollTop - clientHeight && top < scrollTop + 2 * clientHeight;
    for (const [id, { card, top }] of places) {
      const was = before.current.get(id)?.top;
      if (was === undefined || was === top || !(inSight(was) && inSight(top))) continue;
      const start = { transform: `translateY(${was - top}px)` };
      card.animate([start, { transform: "none" }], { duration: SLIDE_MS, easing: "cubic-bezier(.2, .8, .2, 1)" });
    }
    before.current = places;
  }, [items]);
}

function placesOf(list) {
  const places = new Map();
  for (const card of list.children) {
    if (card.dataset.card && card.offsetHeight > 0) places.set(card.dataset.card, { card, top: card.offsetTop });
  }
  return places;
}
