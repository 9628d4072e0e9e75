import { useEffect, useRef, useState } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { ArrowUpIcon, CloseIcon } from "../ui/icons.jsx";

const LONGEST = 4_000;

/** Where one asks: of the whole board, or of the card that is open. */
export function AskBox() {
  const { assistant } = useBoard();
  const [empty, setEmpty] = useState(assistant.draft.trim() === "");
  const [about, leaveOut] = useSubject();
  const input = useRef(null);
  const words = text.assistant;

  function send(event) {
    event.preventDefault();
    const prompt = input.current.value.trim();
    if (prompt === "") return;
    write("");
    assistant.ask(prompt, about?.id).catch(() => {
      // Refused: what was written must not be lost.
      if (assistant.draft === "") write(prompt);
    });
  }

  function write(draft) {
    assistant.draft = draft;
    if (input.current) input.current.value = draft;
    setEmpty(draft.trim() === "");
  }

  return (
    <form class="ask" onSubmit={send}>
      {about && (
        <p class="ask__about">
          <span>{words.about(about.name)}</span>
          <button
            type="button"
            class="tag__remove"
            aria-label={words.notAbout(about.name)}
            title={words.notAbout(about.name)}
            onClick={leaveOut}
          >
            <CloseIcon size={10} />
          </button>
        </p>
      )}
      <div class="ask__row">
        <textarea
          ref={input}
          class="ask__input"
          aria-label={words.ask}
          placeholder={about ? words.askAbout(about.name) : words.ask}
          maxLength={LONGEST}
          rows={1}
          defaultValue={assistant.draft}
          enterKeyHint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event)}
        />
        <button type="submit" class="icon-button ask__send" aria-label={words.send} title={words.send} disabled={empty}>
          <ArrowUpIcon />
        </button>
      </div>
      <p class="ask__hint">{words.hint}</p>
    </form>
  );
}

/** The client whose panel is open, unless one has said that the question is not about it; and the way to say so. */
export function useSubject() {
  const { assistant, clients } = useBoard();
  const { router } = useApp();
  const id = router.route.value.client;
  const { notAbout } = assistant;
  useEffect(() => {
    if (notAbout.peek() !== id) notAbout.value = null;
  }, [id]);
  const client = id && id !== notAbout.value ? clients.value.get(id) : null;
  return [client ?? null, () => (notAbout.value = id)];
}
