import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";

/** The connection as a calm pill. What is still on its way is told only while that means waiting. */
export function Connection() {
  const board = useBoard();
  const state = board.connection.value;
  const pending = board.pending.value;
  const words = text.connection;
  const waiting = state !== "live" && pending > 0;
  return (
    <div class={`connection connection--${state}`} role="status" aria-label={words.label} title={words.hints[state]}>
      <span class="connection__dot" aria-hidden="true" />
      <span class="connection__text">
        {words[state]}
        {waiting && <span class="connection__waiting"> · {words.waiting(pending)}</span>}
      </span>
    </div>
  );
}
