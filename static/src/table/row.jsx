import { useEffect, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { CheckIcon } from "../ui/icons.jsx";
import { flash } from "../ui/flash.js";
import { memo } from "../ui/memo.jsx";
import { Cell, isNumeric } from "./cells.jsx";

export const rowId = (id) => `row-${id}`;

/** `index` is the row's place in the whole table, `top` the same in pixels. */
export const Row = memo(function Row({ client, columns, index, top, chosen, active, opened }) {
  const board = useBoard();
  const element = useRef(null);
  const seen = useRef(client.version);
  useEffect(() => {
    const news = client.version > seen.current && client.updated_by !== board.me.peek()?.id;
    seen.current = client.version;
    if (news) flash(element.current);
  }, [client.version]);
  const states = { chosen, active, open: opened };
  const names = Object.keys(states).map((name) => states[name] && `grid__row--${name}`);
  return (
    <div
      ref={element}
      id={rowId(client.id)}
      class={["grid__row", ...names].filter(Boolean).join(" ")}
      role="row"
      data-row={client.id}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={{ translate: `0 ${top}px` }}
    >
      <div class="cell cell--box" role="gridcell">
        <Box checked={chosen} label={text.table.select(client.name)} />
      </div>
      {columns.map((column) => (
        <div class={`cell cell--${kindOf(column)}`} role="gridcell" key={column}>
          <Cell column={column} client={client} />
        </div>
      ))}
    </div>
  );
});

/** The look of a box to tick; the grid takes the press. */
export function Box({ checked, mixed = false, label }) {
  return (
    <span class="box" role="checkbox" data-box aria-checked={mixed ? "mixed" : checked} aria-label={label}>
      {checked && <CheckIcon size={12} />}
      {mixed && <span class="box__some" />}
    </span>
  );
}

export function kindOf(column) {
  return isNumeric(column) ? "number" : column === "name" ? "name" : column === "tags" ? "tags" : "text";
}
