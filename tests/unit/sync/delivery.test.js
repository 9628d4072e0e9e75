import assert from "node:assert/strict";
import { test } from "node:test";
import { SignedOut } from "../../../static/src/sync.js";
import { client, fakeTokens, liveBoard, problem, settle } from "./doubles.js";

const seed = (server) => server.put(client("c-1"), client("c-2"));
const rename = (name, id = "c-1") => ({ op: "client.update", client_id: id, data: { name } });
const writes = (server) => server.requests.filter(({ method }) => method !== "GET");
const frames = (server) => server.socket.sent.filter(({ type }) => type === "command");

test("a command shows at once, goes over the socket and is settled by its change", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  const answered = sync.send(rename("Mine"));
  assert.equal(card("c-1").name, "Mine");
  const result = await answered;
  await settle();
  assert.equal(result.name, "Mine");
  assert.deepEqual(frames(server)[0], { type: "command", id: "command-1", ...rename("Mine") });
  assert.equal(sync.state.pending, 0);
  assert.equal(card("c-1").version, 2);
});

test("a refused command rolls back with the problem's plain message", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  server.refuses = () => problem(403, "Viewers cannot change clients.");
  const answered = sync.send(rename("Mine"));
  await assert.rejects(answered, { message: "Viewers cannot change clients.", status: 403 });
  assert.equal(card("c-1").name, "c-1");
  assert.equal(sync.state.lastError.message, "Viewers cannot change clients.");
  assert.equal(sync.state.lastError.command.op, "client.update");
  assert.equal(sync.state.pending, 0);
});

test("a remote change under a pending edit keeps both fields right", async () => {
  const { sync, server, clock, card } = await liveBoard({ seed });
  server.answersCommands = false;
  sync.send(rename("Mine"));
  server.update("c-1", { company: "Theirs" });
  await settle();
  assert.equal(card("c-1").name, "Mine");
  assert.equal(card("c-1").company, "Theirs");
  await clock.advance(9_000); // repeated over REST
  assert.equal(server.clients.get("c-1").name, "Mine");
  assert.equal(card("c-1").company, "Theirs");
});

test("while the socket is down writes go over REST under the command's id", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  server.socket.welcomed = false;
  server.socket.drop();
  const result = await sync.send(rename("Mine"));
  assert.equal(result.name, "Mine");
  const [write] = writes(server);
  assert.equal(write.method, "PATCH");
  assert.equal(write.path, "/clients/c-1");
  assert.equal(write.headers["Idempotency-Key"], "command-1");
  assert.deepEqual(write.body, { name: "Mine" });
  assert.equal(card("c-1").name, "Mine"); // still shown, though its change has not come yet
});

test("a write over REST is settled when its change comes after the reconnect", async () => {
  const { sync, server, clock, card } = await liveBoard({ seed });
  server.socket.welcomed = false;
  server.socket.drop();
  await sync.send(rename("Mine"));
  await clock.advance(1_000);
  server.update("c-1", { name: "Later by Ben" });
  await settle();
  assert.equal(card("c-1").name, "Later by Ben");
});

test("a command that the dropped socket swallowed is repeated and takes effect once", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  server.answersCommands = false;
  const answered = sync.send(rename("Mine"));
  server.socket.welcomed = false;
  server.socket.drop();
  await answered;
  assert.deepEqual(server.effects, ["command-1"]);
  assert.equal(card("c-1").name, "Mine");
});

test("a command that took effect unseen before the drop is repeated and takes effect once", async () => {
  const { sync, server, clock, card } = await liveBoard({ seed });
  server.losesAcks = true;
  server.socket.welcomed = false; // the change does not reach us either
  const answered = sync.send(rename("Mine"));
  server.socket.drop();
  await answered;
  await clock.advance(1_000);
  assert.deepEqual(server.effects, ["command-1"]);
  assert.equal(card("c-1").version, 2);
  assert.equal(sync.state.pending, 0);
});

test("without an ack within the limit the command is repeated over REST", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.answersCommands = false;
  const answered = sync.send(rename("Mine"));
  await clock.advance(7_900);
  assert.equal(writes(server).length, 0);
  await clock.advance(200);
  await answered;
  assert.equal(writes(server)[0].headers["Idempotency-Key"], "command-1");
  assert.deepEqual(server.effects, ["command-1"]);
});

test("edits of one client go in order even when the first is slow", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.answersCommands = false;
  sync.send(rename("First"));
  sync.send(rename("Second"));
  sync.send(rename("Other", "c-2"));
  assert.deepEqual(
    frames(server).map(({ id }) => id),
    ["command-1", "command-3"],
  );
  server.answersCommands = true;
  await clock.advance(9_000);
  assert.equal(server.clients.get("c-1").name, "Second");
  assert.deepEqual(
    server.effects.filter((id) => id !== "command-3"),
    ["command-1", "command-2"],
  );
});

test("offline edits wait and go out on return, once", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  sync.setOnline(false);
  server.reachable = false;
  sync.send({ op: "client.create", data: { id: "client-new", name: "New", stage: "lead", position: "a1" } });
  sync.send(rename("Newer", "client-new"));
  await settle();
  assert.equal(card("client-new").name, "Newer");
  assert.equal(sync.state.pending, 2);
  assert.equal(writes(server).length, 0);
  server.reachable = true;
  sync.setOnline(true);
  await settle();
  assert.equal(sync.state.pending, 0);
  assert.equal(server.clients.get("client-new").name, "Newer");
  assert.deepEqual(server.effects, ["command-1", "command-2"]);
});

test("an unreachable server is tried again, less and less often, until it answers", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.allowsSockets = false;
  server.reachable = false;
  server.socket.drop();
  const answered = sync.send(rename("Mine"));
  await clock.advance(60_000);
  const tries = writes(server).length;
  assert.ok(tries >= 3 && tries <= 12, `${tries} tries`);
  server.reachable = true;
  await clock.advance(60_000);
  assert.equal((await answered).name, "Mine");
  assert.deepEqual(server.effects, ["command-1"]);
});

test("a busy server is asked again; only a lasting refusal is given up", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  let refusals = 2;
  server.refuses = () => (refusals-- > 0 ? problem(503, "The service is away for a moment") : null);
  const answered = sync.send(rename("Mine"));
  await clock.advance(10_000);
  assert.equal((await answered).name, "Mine");
  server.refuses = () => problem(503, "The service is away for a moment");
  const failing = sync.send(rename("Never"));
  await Promise.all([assert.rejects(failing, { status: 503 }), clock.advance(300_000)]);
  assert.equal(sync.state.clients.get("c-1").name, "Mine");
});

test("what ended a socket as malformed or too large is sent over REST, which can say what is wrong", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.answersCommands = false;
  const answered = sync.send(rename("Mine"));
  server.refuses = () => problem(422, "The name is not valid.");
  server.socket.drop(4400);
  await assert.rejects(answered, { status: 422 });
  await clock.advance(1_000);
  assert.equal(sync.state.connection, "live");
  assert.equal(frames(server).length, 0);
});

test("a command larger than a frame goes over REST from the start", async () => {
  const { sync, server } = await liveBoard({ seed });
  await sync.send({ op: "client.update", client_id: "c-1", data: { notes: "é".repeat(40_000) } });
  assert.equal(frames(server).length, 0);
  assert.equal(writes(server).length, 1);
});

test("a token that ran out is renewed and the write repeated", async () => {
  const { sync, server } = await liveBoard({ seed });
  server.unauthorized = (headers) => headers.Authorization !== "Bearer t2";
  server.socket.drop();
  const result = await sync.send(rename("Mine"));
  assert.equal(result.name, "Mine");
});

test("when the session is over the board ends", async () => {
  const tokens = (clock) => ({ ...fakeTokens(clock), renew: () => Promise.reject(new SignedOut()) });
  const { sync, server } = await liveBoard({ seed, tokens });
  server.unauthorized = () => true;
  server.socket.drop();
  sync.send(rename("Mine"));
  await settle();
  assert.equal(sync.state.ended.reason, "signed-out");
});

test("a deletion and its undo come out right", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  const kept = card("c-1");
  server.answersCommands = false;
  sync.send({ op: "client.delete", client_id: "c-1" });
  assert.equal(card("c-1"), undefined);
  sync.send({ op: "client.restore", client_id: "c-1" }, { client: kept });
  assert.deepEqual(card("c-1"), kept);
});

test("comments are loaded when asked for and kept live", async () => {
  const { sync, server } = await liveBoard({ seed });
  server.comments.set("c-1", [
    {
      id: "m-1",
      client_id: "c-1",
      author_id: "u-ben",
      author_name: "Ben",
      body: "Old",
      created_at: "2024-01-01T00:00:00Z",
    },
  ]);
  await sync.loadComments("c-1");
  const sent = sync.send({ op: "comment.create", client_id: "c-1", data: { id: "comment-2", body: "Mine" } });
  const bodies = () => [...sync.state.comments.get("c-1").values()].map(({ body }) => body);
  assert.deepEqual(bodies(), ["Old", "Mine"]);
  await sent;
  await settle();
  assert.deepEqual(bodies(), ["Old", "Mine"]);
});

test("leaving waits for commands that are on their way", async () => {
  const { sync, server } = await liveBoard({ seed });
  server.answersCommands = false;
  sync.send(rename("First"));
  sync.send(rename("Second"));
  sync.finish();
  await settle();
  assert.equal(server.socket.closedWith, undefined);
  server.answersCommands = true;
  const [first] = frames(server);
  server.receive(server.socket, first);
  await settle();
  assert.equal(server.clients.get("c-1").name, "Second");
  assert.equal(server.socket.closedWith, 1000);
});
