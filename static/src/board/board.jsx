import { useEffect, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { Column } from "./column.jsx";
import { cancelKeyboardMove, onBoardKeyDown, onBoardKeyUp } from "./drag/keyboard.js";
import { PointerDrag } from "./drag/pointer.js";

export function Board({ opened, covered }) {
  const board = useBoard();
  const root = useRef(null);
  const columns = board.columns.value;
  const found = columns.reduce((sum, column) => sum + column.clients.length, 0);
  const query = board.filter.value.trim();

  useEffect(() => new PointerDrag(root.current, board).attach(), []);

  return (
    <main
      ref={root}
      class="board"
      inert={covered}
      aria-label={board.about.value.name}
      onKeyDown={(event) => onBoardKeyDown(board, event)}
      onKeyUp={onBoardKeyUp}
      onFocusOut={({ relatedTarget }) =>
        relatedTarget && !relatedTarget.closest("[data-card]") && cancelKeyboardMove(board)
      }
    >
      <p id="drag-hint" class="visually-hidden">
        {text.drag.hint}
      </p>
      {query && found === 0 && (
        <div class="board__nothing">
          <p>{text.board.noMatch(query)}</p>
          <button type="button" class="button" onClick={() => (board.filter.value = "")}>
            {text.board.clearFilter}
          </button>
        </div>
      )}
      {columns.map((column, index) => (
        <Column key={column.stage.key} column={column} first={index === 0} opened={ownedBy(column, opened)} />
      ))}
    </main>
  );
}

/** A column is told of the open card only if that is its own, so that the others need not render again. */
function ownedBy(column, opened) {
  return opened && column.clients.some((client) => client.id === opened) ? opened : null;
}
