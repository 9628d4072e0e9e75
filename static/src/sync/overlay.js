// The optimistic board: the confirmed one with the pending commands replayed over it, oldest first.
// A remote change under a pending edit therefore keeps both: its fields come from below, the pending ones from here.
import { draftOf } from "./draft.js";
import { rankAtEnd } from "./ranks.js";

const blankClient = {
  company: null,
  email: null,
  phone: null,
  value: null,
  owner_id: null,
  tags: [],
  notes: "",
  next_action_at: null,
  custom: {},
};

const predictions = {
  "client.create"(draft, { command, at, userId }) {
    const { data } = command;
    if (!data.id || draft.get("clients").has(data.id)) return;
    const stage = data.stage ?? firstStage(draft);
    const position = data.position ?? rankAtEnd(draft.get("clients"), stage);
    const stamps = { created_at: at, created_by: userId, updated_at: at, updated_by: userId };
    draft.edit("clients").set(data.id, { ...blankClient, ...stamps, version: 0, ...data, stage, position });
  },
  "client.update"(draft, { command }) {
    const known = draft.get("clients").get(command.client_id);
    if (!known) return;
    if (has(known, command.data)) return;
    const next = { ...known, ...command.data };
    if (next.stage !== known.stage && command.data.position === undefined) {
      next.position = rankAtEnd(draft.get("clients"), next.stage);
    }
    draft.edit("clients").set(known.id, next);
  },
  "client.delete"(draft, { command }) {
    if (draft.get("clients").has(command.client_id)) draft.edit("clients").delete(command.client_id);
  },
  "client.restore"(draft, { command, local }) {
    if (!local?.client || draft.get("clients").has(command.client_id)) return;
    draft.edit("clients").set(command.client_id, local.client);
  },
  "client.bulk"(draft, { command, at, userId, local }) {
    for (const operation of command.operations) {
      const client = local?.clients?.get(operation.client_id);
      predictions[operation.op]?.(draft, { command: operation, at, userId, local: { client } });
    }
  },
  "comment.create"(draft, { command, at, userId, local }) {
    const list = draft.get("comments").get(command.client_id);
    const { id } = command.data;
    if (!list || !id || list.has(id)) return;
    const comment = { ...command.data, client_id: command.client_id, author_id: userId, created_at: at };
    comment.author_name = local?.author_name;
    draft.edit("comments").set(command.client_id, new Map(list).set(id, comment));
  },
  "stage.update"(draft, { command }) {
    const { position, ...fields } = command.data;
    merge(draft, "stages", command.stage_id, fields);
    if (position !== undefined) placeStage(draft, command.stage_id, position);
  },
  "member.update"(draft, { command }) {
    merge(draft, "members", command.user_id, command.data);
  },
  "member.remove"(draft, { command }) {
    if (draft.get("members").has(command.user_id)) draft.edit("members").delete(command.user_id);
  },
  "workspace.update"(draft, { command }) {
    const known = draft.get("workspace");
    if (!has(known, command.data)) draft.set("workspace", { ...known, ...command.data });
  },
};

/** The board as the person should see it; the same object when nothing differs. `entries` are the outbox's, in order. */
export function overlay(board, entries) {
  if (entries.length === 0) return board;
  const draft = draftOf(board);
  for (const entry of entries) predictions[entry.command.op]?.(draft, entry);
  return draft.finish();
}

/** The others make room, as they do at the server. */
function placeStage(draft, id, position) {
  const stages = [...draft.get("stages").values()].sort((a, b) => a.position - b.position);
  const stage = stages.find((one) => one.id === id);
  if (!stage) return;
  const others = stages.filter((one) => one !== stage);
  for (const [place, one] of [...others.slice(0, position), stage, ...others.slice(position)].entries()) {
    merge(draft, "stages", one.id, { position: place });
  }
}

function merge(draft, collection, id, data) {
  const known = draft.get(collection).get(id);
  if (known && !has(known, data)) draft.edit(collection).set(id, { ...known, ...data });
}

function has(known, data) {
  return Object.entries(data).every(([field, value]) => JSON.stringify(known[field]) === JSON.stringify(value));
}

function firstStage(draft) {
  const stages = [...draft.get("stages").values()].sort((a, b) => a.position - b.position);
  return stages[0]?.key;
}
