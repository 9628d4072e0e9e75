import assert from "node:assert/strict";
import { test } from "node:test";
import { boardFrom, foldChanges, withComments } from "../../../static/src/sync/fold.js";
import { overlay } from "../../../static/src/sync/overlay.js";
import { client } from "./doubles.js";

const stages = [
  { id: "s-2", key: "won", name: "Won", position: 1, version: 1 },
  { id: "s-1", key: "lead", name: "Lead", position: 0, version: 1 },
];
const members = [{ user_id: "u-1", role: "editor" }];

function board(...clients) {
  return boardFrom({ seq: 1, workspace: { id: "w", name: "Acme" }, stages, members, clients });
}

function entry(op, fields, local = null) {
  return { command: { op, ...fields }, local, at: "2024-02-01T00:00:00Z", userId: "u-1" };
}

const update = (data, id = "c-1") => entry("client.update", { client_id: id, data });

test("with nothing pending the board itself is shown", () => {
  const confirmed = board(client("c-1"));
  assert.equal(overlay(confirmed, []), confirmed);
});

test("a remote change under a pending edit keeps both fields right", () => {
  const pending = [update({ name: "Mine" })];
  const confirmed = board(client("c-1", { company: "Old" }));
  const change = {
    seq: 2,
    entity: "client",
    op: "updated",
    id: "c-1",
    version: 2,
    data: { company: "Theirs" },
    command_id: null,
  };
  const shown = overlay(foldChanges(confirmed, [change]).board, pending).clients.get("c-1");
  assert.equal(shown.name, "Mine");
  assert.equal(shown.company, "Theirs");
});

test("of a remote and a pending change of one field the pending one is shown until it is settled", () => {
  const confirmed = board(client("c-1", { name: "Theirs" }));
  assert.equal(overlay(confirmed, [update({ name: "Mine" })]).clients.get("c-1").name, "Mine");
  assert.equal(overlay(confirmed, []).clients.get("c-1").name, "Theirs");
});

test("pending edits apply in the order given", () => {
  const shown = overlay(board(client("c-1")), [update({ name: "First" }), update({ name: "Second" })]);
  assert.equal(shown.clients.get("c-1").name, "Second");
});

test("a new client is complete, last in the first stage, and by its sender", () => {
  const shown = overlay(board(client("c-1", { position: "a5" })), [
    entry("client.create", { data: { id: "c-2", name: "New" } }),
  ]);
  const made = shown.clients.get("c-2");
  assert.equal(made.stage, "lead");
  assert.ok(made.position > "a5");
  assert.deepEqual(made.tags, []);
  assert.equal(made.created_by, "u-1");
});

test("a new client can be edited before the server has answered", () => {
  const entries = [
    entry("client.create", { data: { id: "c-2", name: "New", stage: "won" } }),
    update({ company: "Acme" }, "c-2"),
  ];
  assert.equal(overlay(board(), entries).clients.get("c-2").company, "Acme");
});

test("a creation already confirmed is not predicted over the truth", () => {
  const shown = overlay(board(client("c-2", { name: "Truth" })), [
    entry("client.create", { data: { id: "c-2", name: "Guess" } }),
  ]);
  assert.equal(shown.clients.get("c-2").name, "Truth");
});

test("a move without a position goes last in its new stage", () => {
  const shown = overlay(board(client("c-1"), client("c-2", { stage: "won", position: "b00" })), [
    update({ stage: "won" }),
  ]);
  assert.ok(shown.clients.get("c-1").position > "b00");
});

test("a deletion hides, and undoing it before the answer shows the record again", () => {
  const kept = client("c-1");
  const entries = [entry("client.delete", { client_id: "c-1" })];
  assert.equal(overlay(board(kept), entries).clients.has("c-1"), false);
  entries.push(entry("client.restore", { client_id: "c-1" }, { client: kept }));
  assert.deepEqual(overlay(board(kept), entries).clients.get("c-1"), kept);
});

test("an edit of a record that somebody deleted shows nothing", () => {
  assert.equal(overlay(board(), [update({ name: "Ghost" })]).clients.size, 0);
});

test("a comment shows at once where comments are being watched", () => {
  const say = entry("comment.create", { client_id: "c-1", data: { id: "m-1", body: "Hi" } }, { author_name: "Ana" });
  const watched = withComments(board(client("c-1")), "c-1", []);
  assert.deepEqual(overlay(watched, [say]).comments.get("c-1").get("m-1"), {
    id: "m-1",
    body: "Hi",
    client_id: "c-1",
    author_id: "u-1",
    author_name: "Ana",
    created_at: "2024-02-01T00:00:00Z",
  });
  assert.equal(overlay(board(client("c-1")), [say]).comments.size, 0);
});

test("members, stages and the workspace are predicted too", () => {
  const shown = overlay(board(), [
    entry("member.update", { user_id: "u-1", data: { role: "admin" } }),
    entry("stage.update", { stage_id: "s-1", data: { name: "Inbox" } }),
    entry("workspace.update", { data: { name: "Beta" } }),
  ]);
  assert.equal(shown.members.get("u-1").role, "admin");
  assert.equal(shown.stages.get("s-1").name, "Inbox");
  assert.equal(shown.workspace.name, "Beta");
  assert.equal(overlay(board(), [entry("member.remove", { user_id: "u-1" })]).members.size, 0);
});

test("a command that changes nothing leaves the very same board", () => {
  const confirmed = board(client("c-1", { tags: ["vip"] }));
  assert.equal(overlay(confirmed, [update({ tags: ["vip"] })]), confirmed);
});

test("the confirmed board is never written to", () => {
  const confirmed = board(client("c-1"));
  const frozen = structuredClone(confirmed);
  overlay(confirmed, [update({ name: "Mine" }), entry("client.delete", { client_id: "c-1" })]);
  assert.deepEqual(confirmed, frozen);
});

test("a bulk command shows all that it will do", () => {
  const confirmed = board(client("c-1"), client("c-2"));
  const operations = [
    { op: "client.update", client_id: "c-1", data: { tags: ["x"] } },
    { op: "client.delete", client_id: "c-2" },
    { op: "client.restore", client_id: "c-3" },
  ];
  const clients = new Map([["c-3", client("c-3")]]);
  const shown = overlay(confirmed, [entry("client.bulk", { operations }, { clients })]).clients;
  assert.deepEqual([...shown.keys()], ["c-1", "c-3"]);
  assert.deepEqual(shown.get("c-1").tags, ["x"]);
});

test("a stage that is moved pushes the others aside at once", () => {
  const shown = overlay(board(), [entry("stage.update", { stage_id: "s-1", data: { position: 1 } })]);
  const order = [...shown.stages.values()].sort((a, b) => a.position - b.position).map(({ id }) => id);
  assert.deepEqual(order, ["s-2", "s-1"]);
});
