import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused } from "../../../static/src/sync/problem.js";
import { Outbox } from "../../../static/src/sync/outbox.js";

function outboxWith(...commands) {
  const outbox = new Outbox();
  commands.forEach((command, index) => outbox.add({ id: `k${index + 1}`, command, at: "now" }));
  return outbox;
}

const update = (id, name) => ({ op: "client.update", client_id: id, data: { name } });
const ids = (entries) => entries.map((entry) => entry.id);

test("commands on one client go one after the other, on different clients side by side", () => {
  const outbox = outboxWith(update("c-1", "A"), update("c-1", "B"), update("c-2", "C"));
  assert.deepEqual(ids(outbox.sendable()), ["k1", "k3"]);
  outbox.sent("k1", "socket");
  assert.deepEqual(ids(outbox.sendable()), ["k3"]);
  outbox.acked("k1", { seq: 5, result: null }, 4);
  assert.deepEqual(ids(outbox.sendable()), ["k2", "k3"]);
});

test("an edit of a client being created waits for the creation", () => {
  const outbox = outboxWith({ op: "client.create", data: { id: "c-9", name: "New" } }, update("c-9", "Newer"));
  assert.deepEqual(ids(outbox.sendable()), ["k1"]);
});

test("an acked command stays on the board until its change is seen", async () => {
  const outbox = outboxWith(update("c-1", "A"));
  const { answered } = outbox.get("k1");
  outbox.sent("k1", "socket");
  outbox.acked("k1", { seq: 5, result: { id: "c-1" } }, 4);
  assert.equal(outbox.entries.length, 1);
  assert.equal(outbox.waiting, 0);
  assert.deepEqual(await answered, { id: "c-1" });
  outbox.seen({ seq: 5, command_id: "k1" });
  assert.equal(outbox.entries.length, 0);
});

test("an ack behind its change settles at once", () => {
  const outbox = outboxWith(update("c-1", "A"));
  outbox.acked("k1", { seq: 5 }, 5);
  assert.equal(outbox.entries.length, 0);
});

test("an ack that changed nothing settles at once", () => {
  const outbox = outboxWith(update("c-1", "A"));
  outbox.acked("k1", { seq: null }, 5);
  assert.equal(outbox.entries.length, 0);
});

test("an ack is settled once the log is known up to its seq, whoever's change that was", () => {
  const outbox = outboxWith(update("c-1", "A"));
  outbox.acked("k1", { seq: 7 }, 5);
  outbox.reached(6);
  assert.equal(outbox.entries.length, 1);
  outbox.reached(7);
  assert.equal(outbox.entries.length, 0);
});

test("a change that comes without an ack settles its command", async () => {
  const outbox = outboxWith(update("c-1", "A"));
  const { answered } = outbox.get("k1");
  outbox.sent("k1", "socket");
  outbox.seen({ seq: 5, command_id: "k1" });
  await answered;
  assert.equal(outbox.waiting, 0);
});

test("what was on its way when the socket dropped is queued again under its id", () => {
  const outbox = outboxWith(update("c-1", "A"), update("c-2", "B"));
  outbox.sent("k1", "socket");
  outbox.sent("k2", "rest");
  outbox.socketLost();
  assert.deepEqual(ids(outbox.sendable()), ["k1"]);
});

test("a refused command rejects with the problem and goes", async () => {
  const outbox = outboxWith(update("c-1", "A"), update("c-1", "B"));
  const { answered } = outbox.get("k1");
  const error = new Refused({ status: 403, detail: "No." });
  outbox.refused("k1", error);
  await assert.rejects(answered, error);
  assert.deepEqual(ids(outbox.entries), ["k2"]);
});

test("a refused creation takes with it what was built on it", () => {
  const outbox = outboxWith(
    { op: "client.create", data: { id: "c-9", name: "" } },
    update("c-9", "B"),
    update("c-1", "C"),
  );
  outbox.refused("k1", new Refused({ status: 422, detail: "No." }));
  assert.deepEqual(ids(outbox.entries), ["k3"]);
});

test("a board read anew holds what was acked before, not what is still on its way", () => {
  const outbox = outboxWith(update("c-1", "A"), update("c-2", "B"));
  outbox.acked("k1", { seq: 9 }, 5);
  outbox.sent("k2", "socket");
  outbox.boardReread();
  assert.deepEqual(ids(outbox.entries), ["k2"]);
});

test("over REST a command stays until its change is seen, unless the board shows it already", () => {
  const outbox = outboxWith(update("c-1", "A"), update("c-2", "B"));
  outbox.ackedOverRest("k1", { result: {} }, true);
  outbox.ackedOverRest("k2", { result: {} }, false);
  assert.deepEqual(ids(outbox.entries), ["k2"]);
});

test("a bulk command waits for the commands on its clients, and they for it", () => {
  const bulk = { op: "client.bulk", operations: [update("c-1", "B"), update("c-2", "B")] };
  const outbox = outboxWith(update("c-1", "A"), bulk, update("c-2", "C"), update("c-3", "D"));
  assert.deepEqual(ids(outbox.sendable()), ["k1", "k4"]);
  outbox.acked("k1", { seq: 5 }, 5);
  assert.deepEqual(ids(outbox.sendable()), ["k2", "k4"]);
});

test("a bulk command is settled by its answer, not by the first of its changes", async () => {
  const outbox = outboxWith({ op: "client.bulk", operations: [update("c-1", "A"), update("c-2", "B")] });
  const { answered } = outbox.get("k1");
  outbox.sent("k1", "socket");
  outbox.seen({ seq: 5, command_id: "k1" });
  assert.equal(outbox.entries.length, 1);
  outbox.acked("k1", { seq: 6, result: { results: [{ status: 200 }, { status: 404 }] } }, 5);
  assert.equal((await answered).results.length, 2);
  outbox.reached(6);
  assert.equal(outbox.entries.length, 0);
});
