import { useEffect, useRef } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { CloseIcon, SparkIcon } from "../ui/icons.jsx";
import { AskBox } from "./ask-box.jsx";
import { Thread } from "./thread.jsx";

export const ASSISTANT_ID = "assistant";

/** The assistant beside the board, or over it on a telephone. */
export function AssistantPanel() {
  const { assistant } = useBoard();
  const { narrow } = useApp();
  const root = useRef(null);
  const words = text.assistant;

  useEffect(() => {
    assistant.read();
    if (narrow.peek()) root.current.focus({ preventScroll: true });
    else root.current.querySelector("textarea")?.focus({ preventScroll: true });
  }, []);

  function close() {
    assistant.hide();
    document.querySelector(`[aria-controls="${ASSISTANT_ID}"]`)?.focus();
  }

  return (
    <div
      ref={root}
      id={ASSISTANT_ID}
      class="assistant"
      tabIndex={-1}
      role={narrow.value ? "dialog" : "complementary"}
      aria-modal={narrow.value ? "true" : undefined}
      aria-label={words.title}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault(); // or the client's panel would close as well
        close();
      }}
    >
      <div class="assistant__head">
        <SparkIcon />
        <h2>{words.title}</h2>
        <button type="button" class="icon-button" aria-label={words.close} title={words.close} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <Thread />
      <AskBox />
    </div>
  );
}

/** Opens and closes it; says so while a reply is being written. */
export function AssistantToggle() {
  const { assistant } = useBoard();
  const open = assistant.open.value;
  const writing = assistant.writing.value;
  const words = text.assistant;
  return (
    <button
      type="button"
      class={`button button--small assistant-toggle ${writing ? "assistant-toggle--writing" : ""}`}
      aria-label={words.title}
      aria-expanded={open}
      aria-controls={ASSISTANT_ID}
      title={writing ? words.writing : words.title}
      onClick={() => (open ? assistant.hide() : assistant.show())}
    >
      <SparkIcon size={14} /> <span class="assistant-toggle__text">{words.title}</span>
    </button>
  );
}
