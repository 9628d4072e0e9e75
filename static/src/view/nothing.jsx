import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { isFiltered } from "./view.js";

/** Says that the filters let nobody through, and takes them away. */
export function Nothing() {
  const board = useBoard();
  const view = board.view.value;
  if (!isFiltered(view) || board.found.value > 0) return null;
  const query = view.query.trim();
  return (
    <div class="nothing">
      <p>{query ? text.board.noMatch(query) : text.filters.nobody}</p>
      <button type="button" class="button" onClick={board.clearFilters}>
        {query ? text.board.clearFilter : text.filters.clear}
      </button>
    </div>
  );
}
