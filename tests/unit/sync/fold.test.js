import assert from "node:assert/strict";
import { test } from "node:test";
import { boardFrom, emptyBoard, foldChanges, withComments } from "../../../static/src/sync/fold.js";
import { client } from "./doubles.js";

const stage = { id: "s-1", key: "lead", name: "Lead", color: "#64748b", position: 0, version: 1 };
const member = {
  user_id: "u-1",
  name: "Ana",
  email: "ana@example.com",
  role: "editor",
  joined_at: "2024-01-01T00:00:00Z",
};

function board(...clients) {
  return boardFrom({ seq: 10, workspace: { id: "w", name: "Acme" }, stages: [stage], members: [member], clients });
}

function change(seq, op, data = {}, more = {}) {
  return {
    seq,
    entity: "client",
    op,
    id: "c-1",
    version: 2,
    data,
    actor: { id: "u-2", name: "Ben" },
    command_id: null,
    ...more,
  };
}

const only = (result, id = "c-1") => result.board.clients.get(id);

test("an update merges its fields into the record and takes its version", () => {
  const result = foldChanges(board(client("c-1", { company: "Acme" })), [change(11, "updated", { name: "New" })]);
  assert.deepEqual(only(result), client("c-1", { company: "Acme", name: "New", version: 2 }));
  assert.equal(result.board.seq, 11);
});

test("a known change is passed over and leaves the very same board", () => {
  const before = board(client("c-1"));
  const result = foldChanges(before, [change(10, "updated", { name: "Old news" }), change(3, "deleted")]);
  assert.equal(result.board, before);
  assert.deepEqual(result.applied, []);
});

test("the same change twice in one batch counts once", () => {
  const created = change(11, "created", client("c-2"), { id: "c-2", version: 1 });
  const result = foldChanges(board(), [created, created]);
  assert.equal(result.board.clients.size, 1);
  assert.equal(result.applied.length, 1);
});

test("a hole stops the fold before it and says so", () => {
  const result = foldChanges(board(client("c-1")), [
    change(11, "updated", { name: "A" }),
    change(13, "updated", { name: "C" }, { version: 4 }),
  ]);
  assert.equal(result.hole, true);
  assert.equal(result.board.seq, 11);
  assert.equal(only(result).name, "A");
});

test("changes in order show no hole", () => {
  assert.equal(foldChanges(board(), [change(11, "deleted"), change(12, "deleted")]).hole, false);
});

test("a change older than the record is not applied, yet its seq counts", () => {
  const result = foldChanges(board(client("c-1", { version: 5 })), [
    change(11, "updated", { name: "Older" }, { version: 4 }),
  ]);
  assert.equal(only(result).name, "c-1");
  assert.equal(result.board.seq, 11);
});

test("a deletion older than a record restored since does not remove it", () => {
  const result = foldChanges(board(client("c-1", { version: 7 })), [change(11, "deleted", {}, { version: 6 })]);
  assert.ok(only(result));
});

test("deleted removes, restored brings the whole record back", () => {
  const gone = foldChanges(board(client("c-1")), [change(11, "deleted")]);
  assert.equal(only(gone), undefined);
  const back = foldChanges(gone.board, [
    change(12, "restored", client("c-1", { name: "Back", version: 3 }), { version: 3 }),
  ]);
  assert.equal(only(back).name, "Back");
  assert.equal(only(back).version, 3);
});

test("an update of a record that is not here is passed over", () => {
  const result = foldChanges(board(), [change(11, "updated", { name: "Ghost" })]);
  assert.equal(result.board.clients.size, 0);
  assert.equal(result.board.seq, 11);
});

test("a creation that the snapshot already holds changes nothing", () => {
  const result = foldChanges(board(client("c-1", { name: "Newer", version: 3 })), [
    change(11, "created", client("c-1"), { version: 1 }),
  ]);
  assert.equal(only(result).name, "Newer");
});

test("the board given is never written to, and untouched parts keep their identity", () => {
  const before = board(client("c-1"));
  const frozen = structuredClone(before);
  const { board: after } = foldChanges(before, [change(11, "updated", { name: "New" })]);
  assert.deepEqual(before, frozen);
  assert.notEqual(after.clients, before.clients);
  assert.equal(after.stages, before.stages);
  assert.equal(after.members, before.members);
});

test("stages are created, changed and deleted", () => {
  const on = (seq, op, data, version) => change(seq, op, data, { entity: "stage", id: "s-2", version });
  const created = foldChanges(board(), [
    on(11, "created", { id: "s-2", key: "won", name: "Won", color: "#0a0", position: 1 }, 1),
  ]);
  assert.equal(created.board.stages.get("s-2").version, 1);
  const renamed = foldChanges(created.board, [on(12, "updated", { name: "Closed", position: 0 }, 2)]);
  assert.deepEqual(renamed.board.stages.get("s-2"), {
    id: "s-2",
    key: "won",
    name: "Closed",
    color: "#0a0",
    position: 0,
    version: 2,
  });
  const deleted = foldChanges(renamed.board, [on(13, "deleted", {}, 3)]);
  assert.deepEqual([...deleted.board.stages.keys()], ["s-1"]);
});

test("members join, change their role and leave", () => {
  const on = (seq, op, data) => change(seq, op, data, { entity: "member", id: "u-2" });
  const joined = foldChanges(board(), [on(11, "created", { ...member, user_id: "u-2", name: "Ben" })]);
  assert.equal(joined.board.members.size, 2);
  const promoted = foldChanges(joined.board, [on(12, "updated", { role: "admin" })]);
  assert.equal(promoted.board.members.get("u-2").role, "admin");
  assert.equal(promoted.board.members.get("u-2").name, "Ben");
  const left = foldChanges(promoted.board, [on(13, "deleted", {})]);
  assert.deepEqual([...left.board.members.keys()], ["u-1"]);
});

test("the workspace takes its new name, and a deleted one is marked", () => {
  const on = (seq, op, data) => change(seq, op, data, { entity: "workspace", id: "w" });
  const renamed = foldChanges(board(), [on(11, "updated", { name: "Beta" })]);
  assert.equal(renamed.board.workspace.name, "Beta");
  assert.equal(foldChanges(renamed.board, [on(12, "deleted", {})]).board.workspace.deleted, true);
});

test("comments are kept for the clients whose comments were asked for, and only for them", () => {
  const comment = (seq, clientId, id) =>
    change(seq, "created", { client_id: clientId, author_id: "u-2", body: "Hi" }, { entity: "comment", id });
  const watching = withComments(board(client("c-1"), client("c-2")), "c-1", []);
  const result = foldChanges(watching, [comment(11, "c-1", "m-1"), comment(12, "c-2", "m-2")]);
  assert.deepEqual([...result.board.comments.get("c-1").keys()], ["m-1"]);
  assert.equal(result.board.comments.get("c-1").get("m-1").author_name, "Ben");
  assert.equal(result.board.comments.has("c-2"), false);
  const deleted = foldChanges(result.board, [change(13, "deleted", {}, { entity: "comment", id: "m-1" })]);
  assert.equal(deleted.board.comments.get("c-1").size, 0);
});

test("comments that came while the list was being read are not lost", () => {
  const watching = withComments(board(client("c-1")), "c-1", []);
  const live = foldChanges(watching, [
    change(11, "created", { client_id: "c-1", body: "Live" }, { entity: "comment", id: "m-2" }),
  ]);
  const read = withComments(live.board, "c-1", [{ id: "m-1", client_id: "c-1", body: "Old" }]);
  assert.deepEqual([...read.comments.get("c-1").keys()], ["m-1", "m-2"]);
});

test("an entity that this version does not know still moves the seq", () => {
  const result = foldChanges(board(), [change(11, "created", {}, { entity: "invoice" }), change(12, "deleted")]);
  assert.equal(result.board.seq, 12);
  assert.equal(result.hole, false);
});

test("an empty board starts before the first change", () => {
  const result = foldChanges(emptyBoard, [change(1, "created", client("c-1"), { version: 1 })]);
  assert.equal(result.board.seq, 1);
  assert.ok(only(result));
});

test("folding one by one equals folding in one batch", () => {
  const changes = [
    change(11, "created", client("c-2"), { id: "c-2", version: 1 }),
    change(12, "updated", { stage: "won" }),
    change(13, "updated", { name: "Two" }, { id: "c-2" }),
    change(14, "deleted", {}, { version: 3 }),
    change(15, "restored", client("c-1", { version: 4 }), { version: 4 }),
  ];
  const start = board(client("c-1"));
  const batch = foldChanges(start, changes).board;
  const single = changes.reduce((state, one) => foldChanges(state, [one]).board, start);
  assert.deepEqual(single, batch);
});
