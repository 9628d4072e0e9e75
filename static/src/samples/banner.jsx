import { useComputed } from "@preact/signals";
import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { CloseIcon } from "../ui/icons.jsx";
import { isSample } from "./samples.js";

/** As long as there are sample clients: that they are samples, and the way to be rid of them. */
export function SamplesBanner() {
  const board = useBoard();
  const [closed, setClosed] = useState(false);
  const [busy, setBusy] = useState(false);
  const some = useComputed(() => [...board.clients.value.values()].some(isSample)).value;
  if (closed || !some || !board.canEdit.value) return null;

  async function remove() {
    if (busy) return;
    setBusy(true);
    await board.removeSamples().catch(() => {}); // a toast tells what went wrong
    setBusy(false);
  }

  return (
    <section class="banner" aria-label={text.samples.title}>
      <p>{text.samples.are}</p>
      <button type="button" class="button button--small" aria-busy={busy} onClick={remove}>
        {text.samples.remove}
      </button>
      <button
        type="button"
        class="icon-button icon-button--small"
        aria-label={text.samples.keep}
        title={text.samples.keep}
        onClick={() => setClosed(true)}
      >
        <CloseIcon size={14} />
      </button>
    </section>
  );
}
