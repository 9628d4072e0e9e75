import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { PlusIcon } from "../ui/icons.jsx";

/** Adds clients at the foot of a column, one after the other. */
export function Composer({ stage }) {
  const board = useBoard();
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const input = useRef(null);
  const asked = board.composing.value === stage;

  useLayoutEffect(() => {
    if (!asked) return;
    board.composing.value = null;
    setOpen(true);
    input.current?.focus();
  }, [asked]);

  function add() {
    const name = input.current.value.trim();
    if (name === "") return;
    board.show(board.create(name, stage));
    input.current.value = "";
  }

  function close() {
    setOpen(false);
    requestAnimationFrame(() => button.current?.focus());
  }

  function onKeyDown(event) {
    if (event.key === "Enter" && !event.isComposing) add();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (!open) {
    return (
      <button ref={button} type="button" class="column__add" onClick={() => setOpen(true)}>
        <PlusIcon size={14} /> {text.board.add}
      </button>
    );
  }
  return (
    <div class="composer">
      <input
        ref={(element) => {
          if (element && input.current !== element) element.focus();
          input.current = element;
        }}
        class="composer__input"
        aria-label={text.board.clientName}
        placeholder={text.board.clientName}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="done"
        onKeyDown={onKeyDown}
        onBlur={() => input.current?.value.trim() === "" && setOpen(false)}
      />
      <p class="composer__hint">{text.board.composerHint}</p>
    </div>
  );
}
