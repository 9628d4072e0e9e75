// This page's copy of the board: the confirmed state, the outbox over it, and what the two look like together.
// Pure bookkeeping: no timers, no network.
import { boardFrom, emptyBoard, foldChanges, withComments } from "./fold.js";
import { Outbox } from "./outbox.js";
import { overlay } from "./overlay.js";

export class Replica {
  outbox = new Outbox();
  #board = emptyBoard;

  get seq() {
    return this.#board.seq;
  }

  get deleted() {
    return this.#board.workspace?.deleted === true;
  }

  /** The clients whose comments are kept up to date. */
  get watched() {
    return [...this.#board.comments.keys()];
  }

  reread(snapshot) {
    this.#board = boardFrom(snapshot);
    this.outbox.boardReread();
  }

  /** Folds changes and settles the commands behind them. Returns {applied, hole}. */
  fold(changes) {
    const { board, applied, hole } = foldChanges(this.#board, changes);
    this.#board = board;
    for (const change of applied) this.outbox.seen(change);
    this.outbox.reached(board.seq);
    return { applied, hole };
  }

  watchComments(clientId) {
    if (!this.#board.comments.has(clientId)) this.addComments(clientId, []);
  }

  addComments(clientId, comments) {
    this.#board = withComments(this.#board, clientId, comments);
  }

  /** Is what REST answered on the confirmed board already, so that no change has to be waited for? */
  shows(entry, result) {
    const known = this.#board.clients.get(result?.id);
    if (known && known.version >= result.version) return true;
    return overlay(this.#board, [entry]) === this.#board;
  }

  /** What the person sees: stages as a sorted list, pending commands replayed. */
  view() {
    const board = overlay(this.#board, this.outbox.entries);
    const { clients, comments, members, seq, workspace } = board;
    const { asking, waiting: pending } = this.outbox;
    return { clients, comments, members, seq, workspace, stages: sorted(board.stages), pending, asking };
  }
}

const sortedLists = new WeakMap(); // so that unchanged stages stay the same list

function sorted(stages) {
  if (!sortedLists.has(stages)) {
    sortedLists.set(
      stages,
      [...stages.values()].sort((a, b) => a.position - b.position),
    );
  }
  return sortedLists.get(stages);
}
