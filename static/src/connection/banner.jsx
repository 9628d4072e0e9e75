import { useEffect, useState } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { text } from "../text/index.js";

const CALM_MS = 2_000; // a short gap is nobody's business

/** At the foot of the board while it is cut off, or slower than usual: what that means for one's work. */
export function ConnectionBanner() {
  const board = useBoard();
  const { clock } = useApp();
  const connection = board.connection.value;
  const pending = board.pending.value;
  const well = connection === "live" || connection === "connecting";
  const [shown, setShown] = useState(false);

  useEffect(() => {
    if (well) return setShown(false);
    return clock.after(CALM_MS, () => setShown(true));
  }, [well]);

  if (!shown || well) return null;
  return (
    <section class={`cut-off cut-off--${connection}`} aria-label={text.connection.label}>
      <strong>{text.connection[connection]}</strong>
      <span>{text.connection.hints[connection]}</span>
      {pending > 0 && <span>{text.connection.waiting(pending)}</span>}
    </section>
  );
}
