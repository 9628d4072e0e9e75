import { useLayoutEffect, useState } from "preact/hooks";

const STEP_PX = 128; // the part in sight is told anew only after so much scrolling
const MARGIN_PX = 160; // drawn beyond both edges, so that nothing is blank while it scrolls

/** The part of a scrolling element that has to be drawn: {from, to} in pixels, which changes by steps. */
export function useViewport(scroller) {
  const [part, setPart] = useState({ from: 0, to: window.innerHeight + MARGIN_PX });
  useLayoutEffect(() => {
    const element = scroller.current;
    const read = () => {
      const from = Math.floor(element.scrollTop / STEP_PX) * STEP_PX - MARGIN_PX;
      const room = Math.ceil(element.clientHeight / STEP_PX) * STEP_PX;
      const to = from + room + STEP_PX + 2 * MARGIN_PX;
      setPart((was) => (was.from === from && was.to === to ? was : { from, to }));
    };
    element.addEventListener("scroll", read, { passive: true });
    const sizes = new ResizeObserver(read);
    sizes.observe(element);
    read();
    return () => {
      element.removeEventListener("scroll", read);
      sizes.disconnect();
    };
  }, []);
  return part;
}
