import assert from "node:assert/strict";
import { test } from "node:test";
import {
  emptyThread,
  foldFrame,
  inOrder,
  lengthOf,
  withDecision,
  withMessages,
} from "../../../static/src/sync/thread.js";

const ana = { id: "u-ana", name: "Ana" };

function message(fields = {}) {
  return {
    id: "m-1",
    prompt: "Who is due?",
    status: "streaming",
    asked_by: ana,
    created_at: "2026-01-05T09:00:00Z",
    finished_at: null,
    problem: null,
    usage: null,
    proposals: [],
    retry_of: null,
    client_id: null,
    ...fields,
  };
}

function proposal(fields = {}) {
  return { id: "p-1", message_id: "m-1", op: "client.update", status: "open", decided_by: null, ...fields };
}

const started = (text = "") => ({ event: "started", message_id: "m-1", offset: 0, text, message: message() });
const delta = (offset, text) => ({ event: "delta", message_id: "m-1", offset, text });
const ended = (event, offset, fields) => ({ event, message_id: "m-1", offset, text: "", message: message(fields) });
const done = (offset) => ended("done", offset, { status: "done", usage: { prompt_tokens: 9, completion_tokens: 3 } });

function folded(...frames) {
  const holes = [];
  let thread = emptyThread;
  for (const frame of frames) {
    const result = foldFrame(thread, frame);
    thread = result.thread;
    holes.push(result.hole);
  }
  return { thread, holes, one: thread.messages.get("m-1") };
}

test("a reply grows by its deltas and ends with them all", () => {
  const { one, holes } = folded(started(), delta(0, "Acme "), delta(5, "is due."), done(12));
  assert.equal(one.text, "Acme is due.");
  assert.equal(one.status, "done");
  assert.deepEqual(one.usage, { prompt_tokens: 9, completion_tokens: 3 });
  assert.deepEqual(holes, [null, null, null, null]);
});

test("offsets count code points, so that emoji and letters beyond the first plane shift nothing", () => {
  assert.equal(lengthOf("a😀é👩‍👩‍👧"), 8);
  const { one, holes } = folded(started(), delta(0, "😀𝒜"), delta(2, "👩‍👩‍👧 ok"), delta(7, " ok!"), done(11));
  assert.equal(one.text, "😀𝒜👩‍👩‍👧 ok!");
  assert.equal(one.length, 11);
  assert.deepEqual(holes, [null, null, null, null, null]);
});

test("whoever joins in the middle is given the text so far", () => {
  const { one } = folded(started("Acme is "), delta(8, "due."));
  assert.equal(one.text, "Acme is due.");
});

test("a delta that comes twice, or in part, counts once", () => {
  const { one, holes } = folded(started(), delta(0, "Acme"), delta(0, "Acme"), delta(2, "me is"), delta(7, " due"));
  assert.equal(one.text, "Acme is due");
  assert.ok(holes.every((hole) => hole === null));
});

test("deltas out of order are put in order", () => {
  const { one, holes } = folded(started(), delta(4, " is"), delta(7, " due"), delta(0, "Acme"));
  assert.equal(one.text, "Acme is due");
  assert.deepEqual(holes, [null, "m-1", "m-1", null]);
});

test("a hole asks for the message, and what came behind the hole is joined to the answer", () => {
  const { thread, one, holes } = folded(started(), delta(0, "Acme"), delta(7, " due"));
  assert.equal(one.text, "Acme");
  assert.equal(holes.at(-1), "m-1");
  const read = withMessages(thread, [message({ text: "Acme is" })]).messages.get("m-1");
  assert.equal(read.text, "Acme is due");
  assert.deepEqual(read.ahead, []);
});

test("a reply that ends with text missing asks for the message", () => {
  const { thread, holes } = folded(started(), delta(0, "Acme"), done(11));
  assert.equal(holes.at(-1), "m-1");
  const read = withMessages(thread, [message({ status: "done", text: "Acme is due" })]).messages.get("m-1");
  assert.equal(read.text, "Acme is due");
  assert.equal(read.status, "done");
});

test("frames about a message that is not known ask for it", () => {
  assert.equal(foldFrame(emptyThread, delta(4, " is")).hole, "m-1");
  const told = { event: "proposal", message_id: "m-1", proposal: proposal() };
  assert.equal(foldFrame(emptyThread, told).hole, "m-1");
});

test("an answer of REST older than the frames takes nothing away", () => {
  const { thread } = folded(started(), delta(0, "Acme is due"), done(11));
  const read = withMessages(thread, [message({ text: "Acme" })]).messages.get("m-1");
  assert.equal(read.text, "Acme is due");
  assert.equal(read.status, "done");
});

test("what has ended does not begin again", () => {
  const { one } = folded(started(), delta(0, "Acme"), ended("cancelled", 4, { status: "cancelled" }), started("Acme"));
  assert.equal(one.status, "cancelled");
});

test("a reply of which its server kept less than it sent ends with what was kept", () => {
  const { one } = folded(started(), delta(0, "Acme 😀 is due"), ended("error", 6, { status: "interrupted" }));
  assert.equal(one.text, "Acme 😀");
  const { thread } = folded(started(), delta(0, "Acme 😀 is due"));
  const read = withMessages(thread, [message({ status: "interrupted", text: "Acme 😀" })]).messages.get("m-1");
  assert.equal(read.text, "Acme 😀");
});

test("a start tells the whole text so far, even if that is less than was heard from another server", () => {
  const { one } = folded(started(), delta(0, "Acme is due"), started("Acme"), delta(4, " is not"));
  assert.equal(one.text, "Acme is not");
});

test("an interrupted reply keeps its text and says why it ended", () => {
  const problem = { title: "Interrupted", detail: "The server that wrote this went away.", status: 503 };
  const { one } = folded(started(), delta(0, "Acme"), ended("error", 4, { status: "interrupted", problem }));
  assert.equal(one.status, "interrupted");
  assert.equal(one.text, "Acme");
  assert.equal(one.problem.detail, problem.detail);
});

test("a proposal stands with its message, and a decision about it stays", () => {
  const told = (fields) => ({ event: "proposal", message_id: "m-1", proposal: proposal(fields) });
  const { thread, one } = folded(started(), told(), told({ id: "p-2" }), told({ status: "applied", decided_by: ana }));
  assert.deepEqual(
    one.proposals.map(({ id, status }) => [id, status]),
    [
      ["p-1", "applied"],
      ["p-2", "open"],
    ],
  );
  const read = withMessages(thread, [message({ proposals: [proposal(), proposal({ id: "p-2" })] })]);
  assert.equal(read.messages.get("m-1").proposals[0].status, "applied");
  const dismissed = withDecision(thread, proposal({ id: "p-2", status: "dismissed" }));
  assert.equal(dismissed.messages.get("m-1").proposals[1].status, "dismissed");
});

test("the thread reads from the oldest to the newest", () => {
  const thread = withMessages(emptyThread, [
    message({ id: "m-3", created_at: "2026-01-05T09:02:00Z" }),
    message({ id: "m-1", created_at: "2026-01-05T09:00:00Z" }),
    message({ id: "m-2", created_at: "2026-01-05T09:00:00Z" }),
  ]);
  assert.deepEqual(
    inOrder(thread).map(({ id }) => id),
    ["m-1", "m-2", "m-3"],
  );
});

test("a frame that tells nothing new leaves the very same thread", () => {
  const { thread } = folded(started(), delta(0, "Acme"));
  assert.equal(foldFrame(thread, delta(0, "Ac")).thread, thread);
});
