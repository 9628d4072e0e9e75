import assert from "node:assert/strict";
import { test } from "node:test";
import { client, liveBoard, problem, settle } from "./doubles.js";

const noSockets = (server) => {
  server.put(client("c-1"));
  server.allowsSockets = false;
};

async function polledBoard() {
  const board = await liveBoard({ seed: noSockets });
  await board.clock.advance(2_000);
  return board;
}

test("where no socket can be had the long poll takes over", async () => {
  const { sync, server, card } = await polledBoard();
  assert.ok(server.sockets.length >= 3);
  server.update("c-1", { name: "Polled" });
  await settle();
  assert.equal(sync.state.connection, "polling");
  assert.equal(card("c-1").name, "Polled");
  const polls = server.requests.filter(({ path }) => path === "/changes").map(({ search }) => search);
  assert.deepEqual(polls, ["?since=0&limit=200&wait=0", "?since=0&limit=200&wait=25", "?since=1&limit=200&wait=25"]);
});

test("writes go over REST while polling and are settled by the poll", async () => {
  const { sync, server, card } = await polledBoard();
  await sync.send({ op: "client.update", client_id: "c-1", data: { name: "Mine" } });
  await settle();
  assert.equal(card("c-1").version, 2);
  server.update("c-1", { name: "Theirs" });
  await settle();
  assert.equal(card("c-1").name, "Theirs");
});

test("a socket that can be had again ends the polling", async () => {
  const { sync, server, clock } = await polledBoard();
  server.allowsSockets = true;
  await clock.advance(60_000);
  assert.equal(sync.state.connection, "live");
  const polls = server.requests.filter(({ path }) => path === "/changes").length;
  server.update("c-1", { name: "Live" });
  await clock.advance(60_000);
  assert.equal(server.requests.filter(({ path }) => path === "/changes").length, polls);
});

test("a log that no longer reaches back makes it read the board anew", async () => {
  const { server, card } = await polledBoard();
  server.keptSince = 2;
  server.update("c-1", { name: "One" });
  server.update("c-1", { name: "Two" });
  server.polls.splice(0).forEach((wake) => wake());
  await settle();
  await settle();
  assert.equal(card("c-1").name, "Two");
});

test("a poll without an answer means offline, until it answers again", async () => {
  const { sync, server, clock } = await polledBoard();
  server.reachable = false;
  server.update("c-1", { name: "While away" });
  await clock.advance(10_000);
  assert.equal(sync.state.connection, "offline");
  server.reachable = true;
  await clock.advance(20_000);
  assert.equal(sync.state.connection, "polling");
  assert.equal(sync.state.clients.get("c-1").name, "While away");
});

test("a refusal for good ends the board", async () => {
  const { sync, server } = await polledBoard();
  server.changes = async () => ({
    status: 403,
    headers: { get: () => null },
    text: async () => JSON.stringify(problem(403, "Not a member")),
  });
  server.update("c-1", { name: "Wake the poll" });
  await settle();
  assert.equal(sync.state.ended.reason, "not-a-member");
});

test("answers that come early and empty do not make it a busy loop", async () => {
  const { server, clock } = await polledBoard();
  server.changes = async () => ({
    status: 200,
    headers: { get: () => null },
    text: async () => JSON.stringify({ changes: [], seq: 0 }),
  });
  server.polls.splice(0).forEach((wake) => wake());
  const before = server.requests.length;
  await clock.advance(10_000);
  assert.ok(server.requests.length - before <= 12);
});

test("a server that is back is taken up at once: a socket is tried and what waited goes out", async () => {
  const { sync, server, clock } = await polledBoard();
  server.reachable = false;
  server.polls.splice(0).forEach((wake) => wake());
  const answered = sync.send({ op: "client.update", client_id: "c-1", data: { name: "Waited" } });
  await clock.advance(120_000);
  assert.equal(sync.state.connection, "offline");
  server.reachable = true;
  server.allowsSockets = true;
  let waited = 0;
  while (sync.state.connection === "offline" && waited++ < 300) await clock.advance(100);
  await settle();
  assert.equal(sync.state.connection, "live");
  assert.equal((await answered).name, "Waited");
});
