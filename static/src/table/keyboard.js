// A table by keyboard: arrows go from row to row, with Shift they choose; Space switches a row, Enter opens it.
import { allOrNone, moved, pressed } from "./selection.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

export function onTableKeyDown(event, { board, ids, selection, select, rowHeight, canEdit }) {
  if (event.target !== event.currentTarget || event.altKey) return; // a button in the head
  const command = event.ctrlKey || event.metaKey;
  const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / rowHeight) - 2);
  const step = STEPS[event.key] ?? { PageUp: -page, PageDown: page }[event.key];
  if (step !== undefined) {
    const bounded = Math.max(-ids.length, Math.min(ids.length, step));
    select(moved(selection, ids, bounded, { extend: canEdit && event.shiftKey }));
  } else if (event.key === " " && selection.active && canEdit) {
    select(pressed(selection, ids, selection.active, { range: event.shiftKey }));
  } else if (event.key.toLowerCase() === "a" && command && canEdit) {
    select(allOrNone({ ...selection, chosen: new Set() }, ids));
  } else if (event.key === "Enter" && selection.active) {
    board.open(selection.active);
  } else if (event.key === "Escape" && selection.chosen.size > 0) {
    select({ ...selection, chosen: new Set() });
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
