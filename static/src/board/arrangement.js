// What a column's list holds while a card is being moved: the cards as they stand, with that card, or the gap for it,
// where it would come to stand.
import { withInserted } from "./columns.js";

/** `drag` as in drag/state.js or null; `moved` is the client being moved. A gap is {gap: true, height}. */
export function arrangementOf({ stage, clients }, drag, moved) {
  if (!drag || drag.mode === "settling") return clients;
  const mine = drag.to.stage === stage.key;
  if (drag.mode === "pointer") {
    // The card itself stays where it was, unseen: a finger's events end with the element that they began on.
    return mine ? withInserted(clients, null, drag.to.previousId, { gap: true, height: drag.height }) : clients;
  }
  if (mine && moved) return withInserted(clients, drag.id, drag.to.previousId, moved);
  return clients.filter(({ id }) => id !== drag.id);
}
