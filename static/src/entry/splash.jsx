import { useApp } from "../app/context.js";
import { BoardSkeleton } from "../board/skeleton.jsx";
import { text } from "../text/index.js";
import { Logo } from "../ui/icons.jsx";

/** Until it is known who this is: the outline of what will most likely come. */
export function Splash({ board }) {
  return board ? (
    <BoardSkeleton />
  ) : (
    <div class="splash" aria-busy="true">
      <Logo size={40} />
    </div>
  );
}

export function Unreachable() {
  const { session } = useApp();
  return (
    <main class="notice">
      <Logo size={40} />
      <h1>{text.entry.unreachableTitle}</h1>
      <p>{text.entry.unreachableLead}</p>
      <button type="button" class="button button--primary" onClick={() => session.start()}>
        {text.retry}
      </button>
    </main>
  );
}
