// The board by keyboard: arrows go from card to card; Space picks one up, arrows move it, Space drops, Escape cancels.
import { batch } from "@preact/signals";
import { text } from "../../text/index.js";
import { withInserted } from "../columns.js";
import { aim, pickUp, placeOf } from "./state.js";

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export function onBoardKeyDown(board, event) {
  const card = event.target.closest?.("[data-card]");
  if (!card || event.altKey || event.ctrlKey || event.metaKey) return;
  const id = card.dataset.card;
  const drag = board.drag.peek();
  const moving = drag?.mode === "keyboard" && drag.id === id;
  if (STEPS[event.key]) {
    event.preventDefault();
    if (moving) move(board, drag, STEPS[event.key]);
    else focusNeighbour(board, id, STEPS[event.key]);
  } else if (event.key === " ") {
    event.preventDefault(); // or the button would open the card
    if (moving) drop(board, drag);
    else if (!drag && pickUp(board, id, "keyboard")) {
      board.announcement.value = text.drag.picked(nameOf(board, id), placeOf(board, board.drag.peek()));
    }
  } else if (moving && event.key === "Enter") {
    event.preventDefault();
    drop(board, drag);
  } else if (moving && (event.key === "Escape" || event.key === "Tab")) {
    if (event.key === "Escape") event.preventDefault();
    cancel(board, drag);
  }
}

/** A button acts on the release of Space; while a card is being moved it must not. */
export function onBoardKeyUp(event) {
  if (event.key === " " && event.target.closest?.("[data-card]")) event.preventDefault();
}

/** The focus left the card that was being moved. */
export function cancelKeyboardMove(board) {
  const drag = board.drag.peek();
  if (drag?.mode === "keyboard") cancel(board, drag);
}

function move(board, drag, [across, along]) {
  const to = across === 0 ? alongColumn(board, drag, along) : acrossColumns(board, drag, across);
  if (!to) return;
  batch(() => {
    aim(board, to);
    board.show(drag.id, { focus: true });
  });
  board.announcement.value = placeOf(board, board.drag.peek());
}

function alongColumn(board, { id, to }, step) {
  const column = board.columns.peek().find(({ stage }) => stage.key === to.stage);
  const list = withInserted(column.clients, id, to.previousId, { id });
  const index = list.findIndex((item) => item.id === id) + step;
  if (index < 0 || index >= list.length) return null;
  const others = list.filter((item) => item.id !== id);
  return { stage: to.stage, previousId: index === 0 ? null : others[index - 1].id };
}

function acrossColumns(board, { id, to }, step) {
  const columns = board.columns.peek();
  const at = columns.findIndex(({ stage }) => stage.key === to.stage);
  const target = columns[at + step];
  if (!target) return null;
  const height = withInserted(columns[at].clients, id, to.previousId, { id }).findIndex((item) => item.id === id);
  const others = target.clients.filter((client) => client.id !== id);
  const index = Math.min(height, others.length);
  return { stage: target.stage.key, previousId: index === 0 ? null : others[index - 1].id };
}

function drop(board, drag) {
  const place = placeOf(board, drag);
  batch(() => {
    board.move(drag.id, drag.to);
    board.drag.value = null;
    board.show(drag.id, { focus: true });
  });
  board.announcement.value = text.drag.dropped(nameOf(board, drag.id), place);
}

function cancel(board, { id }) {
  batch(() => {
    board.justMoved = id;
    board.drag.value = null;
    board.show(id, { focus: true });
  });
  board.announcement.value = text.drag.cancelled(nameOf(board, id));
}

function focusNeighbour(board, id, [across, along]) {
  const columns = board.columns.peek();
  const at = columns.findIndex(({ clients }) => clients.some((client) => client.id === id));
  if (at < 0) return;
  const row = columns[at].clients.findIndex((client) => client.id === id);
  let target = columns[at].clients[row + along];
  if (across !== 0) {
    let next = at + across;
    while (columns[next] && columns[next].clients.length === 0) next += across; // over empty columns
    target = columns[next]?.clients[Math.min(row, columns[next].clients.length - 1)];
  }
  if (target) board.show(target.id, { focus: true });
}

function nameOf(board, id) {
  return board.clients.peek().get(id)?.name ?? "";
}
