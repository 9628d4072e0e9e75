import { useEffect, useMemo, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { Nothing } from "../view/nothing.jsx";
import { Column } from "./column.jsx";
import { cancelKeyboardMove, onBoardKeyDown, onBoardKeyUp } from "./drag/keyboard.js";
import { PointerDrag } from "./drag/pointer.js";
import { createMetrics } from "./metrics.js";

export function Board({ opened, covered }) {
  const board = useBoard();
  const root = useRef(null);
  const metrics = useMemo(createMetrics, []);
  const columns = board.columns.value;

  useEffect(() => new PointerDrag(root.current, board, metrics).attach(), []);
  useEffect(() => {
    window.addEventListener("resize", metrics.forget);
    return () => window.removeEventListener("resize", metrics.forget);
  }, []);
  useEffect(() => {
    if (opened) board.show(opened); // the panel has taken some of the board's room
  }, [opened]);

  return (
    <main
      ref={root}
      class="board"
      inert={covered}
      aria-label={board.about.value.name}
      onKeyDown={(event) => onBoardKeyDown(board, event)}
      onKeyUp={onBoardKeyUp}
      onFocusIn={({ target }) => (board.focused = target.closest("[data-card]")?.dataset.card ?? null)}
      onFocusOut={({ relatedTarget }) =>
        relatedTarget && !relatedTarget.closest("[data-card]") && cancelKeyboardMove(board)
      }
    >
      <p id="drag-hint" class="visually-hidden">
        {text.drag.hint}
      </p>
      <Nothing />
      {columns.map((column, index) => (
        <Column
          key={column.stage.key}
          column={column}
          metrics={metrics}
          first={index === 0}
          opened={ownedBy(column, opened)}
        />
      ))}
    </main>
  );
}

/** A column is told of the open card only if that is its own, so that the others need not render again. */
function ownedBy(column, opened) {
  return opened && column.clients.some((client) => client.id === opened) ? opened : null;
}
