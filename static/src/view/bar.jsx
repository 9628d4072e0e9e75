import { useBoard } from "../app/context.js";
import { ColumnsMenu } from "../table/columns-menu.jsx";
import { text } from "../text/index.js";
import { BoardIcon, TableIcon } from "../ui/icons.jsx";
import { Filters } from "./filters.jsx";
import { SavedViews } from "./saved-menu.jsx";
import { LAYOUTS } from "./view.js";

const ICONS = { board: <BoardIcon size={14} />, table: <TableIcon size={14} /> };

/** Below the top bar: how the clients are looked at. */
export function ViewBar({ covered }) {
  const board = useBoard();
  const { layout } = board.view.value;
  return (
    <section class="viewbar" aria-label={text.views.label} inert={covered}>
      <div class="segments">
        {LAYOUTS.map((name) => (
          <button
            key={name}
            type="button"
            class="segment"
            aria-pressed={layout === name}
            onClick={() => board.changeView({ layout: name })}
          >
            {ICONS[name]} {text.views[name]}
          </button>
        ))}
      </div>
      <SavedViews />
      <span class="viewbar__line" aria-hidden="true" />
      <Filters />
      <span class="viewbar__end">{layout === "table" && <ColumnsMenu />}</span>
    </section>
  );
}
