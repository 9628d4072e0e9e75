import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { shownColumns } from "../view/columns.js";
import { Nothing } from "../view/nothing.jsx";
import { nextSort } from "../view/order.js";
import { useViewport } from "../virtual/viewport.js";
import { indicesIn, scrollToShow, stacked } from "../virtual/window.js";
import { BulkBar } from "./bulk-bar.jsx";
import { BulkReport } from "./bulk-report.jsx";
import { titleOf } from "./columns-menu.jsx";
import { onTableKeyDown } from "./keyboard.js";
import { Box, kindOf, Row, rowId } from "./row.jsx";
import { allOrNone, nothingSelected, pressed, pruned } from "./selection.js";

const GUESS_PX = 36; // a row's height, until the head has been measured

/** The clients as rows. One tab stop: arrow keys go from row to row. */
export function Table({ opened, covered }) {
  const board = useBoard();
  const scroller = useRef(null);
  const head = useRef(null);
  const [rowHeight, setRowHeight] = useState(GUESS_PX);
  const [refused, setRefused] = useState(null);
  const rows = board.rows.value;
  const { sort, columns: chosenColumns } = board.view.value;
  const columns = useMemo(() => shownColumns(chosenColumns), [chosenColumns]);
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const kept = useSignal(nothingSelected);
  const idsNow = useRef(ids);
  idsNow.current = ids;
  const selection = useMemo(() => pruned(kept.value, ids), [kept.value, ids]);
  const select = (next) => (kept.value = next);
  const { tops, total } = useMemo(() => stacked(new Array(rows.length).fill(rowHeight)), [rows.length, rowHeight]);
  const { from, to } = useViewport(scroller);
  const shown = indicesIn(tops, from, to, [ids.indexOf(selection.active)]);
  const canEdit = board.canEdit.value;
  const size = rows.length;

  useLayoutEffect(() => setRowHeight(head.current.offsetHeight));
  useEffect(() => {
    if (opened) board.show(opened);
  }, [opened]);
  const wanted = board.reveal.value;
  useLayoutEffect(() => {
    if (!wanted || covered) return;
    board.reveal.value = null;
    if (!idsNow.current.includes(wanted.id)) return;
    select({ ...kept.peek(), active: wanted.id, anchor: wanted.id });
    if (wanted.focus) scroller.current.focus();
  }, [wanted, covered]);
  useLayoutEffect(() => {
    const index = idsNow.current.indexOf(selection.active);
    if (index < 0) return;
    const { scrollTop: now, clientHeight } = scroller.current;
    const room = clientHeight - rowHeight; // the head covers the first row's height
    scroller.current.scrollTop = scrollToShow({ top: tops[index], height: rowHeight, now, room });
  }, [selection.active]);

  function onClick(event) {
    const sorted = event.target.closest("[data-sort]");
    if (sorted) return board.changeView({ sort: nextSort(sort, sorted.dataset.sort) });
    const id = event.target.closest("[data-row]")?.dataset.row;
    const box = event.target.closest("[data-box]") ?? event.target.closest(".cell--box");
    if (box && !id) return select(allOrNone(selection, ids));
    if (!id) return undefined;
    if (canEdit && (box || event.shiftKey || event.ctrlKey || event.metaKey)) {
      return select(pressed(selection, ids, id, { range: event.shiftKey }));
    }
    select({ ...selection, active: id, anchor: id });
    return board.open(id);
  }

  return (
    <main class="table" aria-label={board.about.value.name} inert={covered}>
      <Nothing />
      <p id="table-hint" class="visually-hidden">
        {canEdit ? text.table.hint : text.table.hintViewer}
      </p>
      <div
        ref={scroller}
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label={text.table.label}
        aria-describedby="table-hint"
        aria-rowcount={size + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable={canEdit}
        aria-activedescendant={selection.active ? rowId(selection.active) : undefined}
        style={{ "--columns": templateOf(columns), "--count": columns.length }}
        onClick={onClick}
        onMouseDown={(event) => event.shiftKey && event.preventDefault()}
        onKeyDown={(event) => onTableKeyDown(event, { board, ids, selection, select, rowHeight, canEdit })}
      >
        <div class="grid__sheet" role="presentation">
          <div class="grid__head" role="rowgroup" ref={head}>
            <div class="grid__row grid__row--head" role="row" aria-rowindex={1}>
              <div class="cell cell--box" role="columnheader">
                {canEdit && (
                  <Box
                    checked={size > 0 && selection.chosen.size === size}
                    mixed={selection.chosen.size > 0 && selection.chosen.size < size}
                    label={text.table.selectAll}
                  />
                )}
              </div>
              {columns.map((column) => (
                <Head key={column} column={column} sort={sort} />
              ))}
            </div>
          </div>
          <div class="grid__body" role="rowgroup" style={{ height: `${total}px` }}>
            {shown.map((index) => (
              <Row
                key={ids[index]}
                client={rows[index]}
                columns={columns}
                index={index}
                top={tops[index]}
                chosen={selection.chosen.has(ids[index])}
                active={selection.active === ids[index]}
                opened={opened === ids[index]}
              />
            ))}
          </div>
        </div>
        {board.clients.value.size === 0 && <p class="grid__empty">{text.table.empty}</p>}
      </div>
      {canEdit && selection.chosen.size > 0 && (
        <BulkBar
          clients={rows.filter(({ id }) => selection.chosen.has(id))}
          onRefused={setRefused}
          onClear={() => {
            select({ ...selection, chosen: new Set() });
            scroller.current.focus();
          }}
        />
      )}
      {refused && <BulkReport {...refused} onClose={() => setRefused(null)} />}
    </main>
  );
}

function Head({ column, sort }) {
  const direction = sort === column ? "ascending" : sort === `-${column}` ? "descending" : null;
  return (
    <div class={`cell cell--${kindOf(column)}`} role="columnheader" aria-sort={direction ?? "none"}>
      <button type="button" class="sort" data-sort={column} title={text.table.sortBy(titleOf(column))}>
        {titleOf(column)}
        <span class={`sort__arrow ${direction ? `sort__arrow--${direction}` : ""}`} aria-hidden="true" />
      </button>
    </div>
  );
}

/** The name has the most room; every row is a grid of its own, so widths do not hang on what is in sight. */
function templateOf(columns) {
  const width = { name: "var(--table-name)", tags: "var(--table-tags)", value: "var(--table-value)" };
  return ["var(--table-box)", ...columns.map((column) => width[column] ?? "var(--table-column)")].join(" ");
}
