// The confirmed board as a fold over the change log. Pure: the same board and changes give the same board.
import { draftOf } from "./draft.js";

/** comments: client id -> Map of comments, for the clients whose comments somebody asked for. */
export const emptyBoard = Object.freeze({
  seq: 0,
  workspace: null,
  stages: new Map(),
  members: new Map(),
  clients: new Map(),
  comments: new Map(),
});

/** A board from what REST answered; `seq` is the one read before the items. */
export function boardFrom({ seq, workspace, stages, members, clients }) {
  return {
    seq,
    workspace,
    stages: keyed(stages, "id"),
    members: keyed(members, "user_id"),
    clients: keyed(clients, "id"),
    comments: new Map(),
  };
}

/**
 * Applies changes in order. Known ones (seq at or below the board's) are passed over; at a hole it stops.
 * Returns the board, the changes applied, and whether there was a hole.
 */
export function foldChanges(board, changes) {
  const draft = draftOf(board);
  const applied = [];
  let hole = false;
  for (const change of changes) {
    const seq = draft.get("seq");
    if (change.seq <= seq) continue;
    if (change.seq > seq + 1) {
      hole = true;
      break;
    }
    foldOne(draft, change);
    draft.set("seq", change.seq);
    applied.push(change);
  }
  return { board: draft.finish(), applied, hole };
}

/** Adds what a REST answer told of one client's comments; changes that came meanwhile stay. */
export function withComments(board, clientId, comments) {
  const draft = draftOf(board);
  const known = board.comments.get(clientId) ?? new Map();
  draft.edit("comments").set(clientId, new Map([...keyed(comments, "id"), ...known]));
  return draft.finish();
}

function foldOne(draft, change) {
  switch (change.entity) {
    case "client":
      return foldEntity(draft, "clients", "id", change);
    case "stage":
      return foldEntity(draft, "stages", "id", change);
    case "member":
      return foldEntity(draft, "members", "user_id", change);
    case "comment":
      return foldComment(draft, change);
    case "workspace":
      return foldWorkspace(draft, change);
    default: // entities of a newer server: their seq still counts
  }
}

function foldEntity(draft, collection, idField, change) {
  const known = draft.get(collection).get(change.id);
  // A snapshot read later than its `seq` holds entities newer than the changes that follow.
  if (known?.version !== undefined && known.version >= change.version) return;
  const identity = { [idField]: change.id };
  if (collection !== "members") identity.version = change.version;
  if (change.op === "created" || change.op === "restored") {
    draft.edit(collection).set(change.id, { ...change.data, ...identity });
  } else if (change.op === "deleted") {
    if (known) draft.edit(collection).delete(change.id);
  } else if (known) {
    draft.edit(collection).set(change.id, { ...known, ...change.data, ...identity });
  }
}

function foldComment(draft, change) {
  if (change.op === "created" || change.op === "restored") {
    const list = draft.get("comments").get(change.data.client_id);
    if (!list || list.has(change.id)) return;
    const comment = { author_name: change.actor?.name, ...change.data, id: change.id };
    draft.edit("comments").set(change.data.client_id, new Map(list).set(change.id, comment));
    return;
  }
  for (const [clientId, list] of draft.get("comments")) {
    if (!list.has(change.id)) continue;
    const next = new Map(list);
    if (change.op === "deleted") next.delete(change.id);
    else next.set(change.id, { ...list.get(change.id), ...change.data });
    draft.edit("comments").set(clientId, next);
    return;
  }
}

function foldWorkspace(draft, change) {
  const workspace = draft.get("workspace");
  if (change.op === "deleted") draft.set("workspace", { ...workspace, deleted: true });
  else draft.set("workspace", { ...workspace, ...change.data });
}

function keyed(items, field) {
  return new Map(items.map((item) => [item[field], item]));
}
