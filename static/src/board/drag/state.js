// Moving a card, by pointer or keyboard, is one state: {id, mode, to: {stage, previousId}, height} or null.
// mode "pointer": a ghost follows the pointer and a gap shows the place; "keyboard": the card itself shows it;
// "settling": the move is made and the ghost flies home.
import { text } from "../../text/index.js";
import { previousIn, withInserted } from "../columns.js";

export function pickUp(board, id, mode, height = 0) {
  const client = board.clients.peek().get(id);
  const column = board.columns.peek().find(({ stage }) => stage.key === client?.stage);
  if (!column || !board.canEdit.peek()) return false;
  const to = { stage: column.stage.key, previousId: previousIn(column.clients, id) };
  board.drag.value = { id, mode, height, to };
  return true;
}

export function aim(board, to) {
  const drag = board.drag.peek();
  if (drag.to.stage === to.stage && drag.to.previousId === to.previousId) return;
  board.drag.value = { ...drag, to };
}

/** Where the card now stands, in words. */
export function placeOf(board, { id, to }) {
  const column = board.columns.peek().find(({ stage }) => stage.key === to.stage);
  const list = withInserted(column.clients, id, to.previousId, { id });
  return text.drag.place(column.stage.name, list.findIndex((item) => item.id === id) + 1, list.length);
}
