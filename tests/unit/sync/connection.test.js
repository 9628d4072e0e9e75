import assert from "node:assert/strict";
import { test } from "node:test";
import { client, liveBoard, problem, settle, USER, WORKSPACE } from "./doubles.js";

const seed = (server) => server.put(client("c-1"), client("c-2"));

test("the board is read over REST, then followed from its seq without a token in the address", async () => {
  const { sync, server, card } = await liveBoard({ seed });
  assert.equal(sync.state.connection, "live");
  assert.equal(sync.state.loaded, true);
  assert.deepEqual(
    sync.state.stages.map(({ key }) => key),
    ["lead", "won"],
  );
  assert.equal(sync.state.me.id, USER.id);
  assert.equal(server.socket.url, `ws://board.test/ws/workspaces/${WORKSPACE}`);
  assert.equal(server.socket.protocol, "clientflow.v1");
  assert.deepEqual(server.socket.sent[0], { type: "hello", token: "t1", since: 0 });
  server.update("c-1", { name: "Renamed" });
  await settle();
  assert.equal(card("c-1").name, "Renamed");
});

test("every page of clients is read, and changes newer than the first page are not lost", async () => {
  const { card } = await liveBoard({
    seed(server) {
      server.put(client("c-1"), client("c-2"), client("c-3"));
      server.pageSize = 1;
      server.onPage = (from) => from === 1 && server.update("c-1", { name: "Meanwhile" });
    },
  });
  assert.equal(card("c-3").name, "c-3");
  assert.equal(card("c-1").name, "Meanwhile");
});

test("after a drop it resumes from the last seq and misses nothing", async () => {
  const { sync, server, clock, card } = await liveBoard({ seed });
  server.update("c-1", { name: "One" });
  await settle();
  server.socket.welcomed = false;
  server.socket.drop();
  assert.equal(sync.state.connection, "resuming");
  server.update("c-2", { name: "Two" });
  await clock.advance(1_000);
  assert.equal(sync.state.connection, "live");
  assert.equal(server.socket.sent[0].since, 1);
  assert.equal(card("c-2").name, "Two");
  assert.equal(server.requests.filter(({ path }) => path === "/clients").length, 1);
});

test("resumed: false reloads the snapshot and takes only what is newer", async () => {
  const { sync, server, clock, card } = await liveBoard({ seed });
  server.socket.welcomed = false;
  server.socket.drop();
  server.update("c-1", { name: "Missed" });
  server.clients.delete("c-2");
  server.commit({ entity: "client", op: "deleted", id: "c-2", version: 2 });
  server.keptSince = 2;
  await clock.advance(1_000);
  assert.equal(card("c-1").name, "Missed");
  assert.equal(card("c-2"), undefined);
  assert.equal(sync.state.seq, 2);
  server.update("c-1", { name: "After" });
  await settle();
  assert.equal(card("c-1").name, "After");
});

test("a hole makes it resume from the last good change", async () => {
  const { server, clock, card } = await liveBoard({ seed });
  server.update("c-1", { name: "Lost on the way" }, { silently: true });
  server.update("c-1", { company: "Arrives" });
  await clock.advance(1_000);
  assert.equal(server.sockets.length, 2);
  assert.equal(server.socket.sent[0].since, 0);
  assert.equal(card("c-1").name, "Lost on the way");
  assert.equal(card("c-1").company, "Arrives");
});

test("a burst of changes reaches the page as one update", async () => {
  let run;
  const { sync, server } = await liveBoard({ seed, sync: { schedule: (work) => (run = work) } });
  let updates = 0;
  sync.subscribe(() => (updates += 1));
  for (let turn = 0; turn < 20; turn += 1) server.update("c-1", { name: `Name ${turn}` });
  run();
  assert.equal(updates, 2); // one on subscribing, one for the burst
  assert.equal(sync.state.clients.get("c-1").name, "Name 19");
});

test("it pings at every heartbeat and leaves a peer that has gone silent", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  await clock.advance(26_000);
  assert.equal(server.socket.sent.filter(({ type }) => type === "ping").length, 1);
  assert.equal(server.sockets.length, 1);
  server.answersPings = false;
  await clock.advance(25_000 + 10_000 + 1_000);
  assert.equal(server.sockets.length, 2);
  assert.equal(sync.state.connection, "live");
});

test("on waking, a socket that does not answer is replaced after a short while", async () => {
  const { server, sync, clock } = await liveBoard({ seed });
  server.answersPings = false;
  sync.wake();
  await clock.advance(3_500);
  assert.equal(server.sockets.length, 2);
});

test("a socket that is never welcomed is given up", async () => {
  const { server, clock } = await liveBoard({ seed: (server) => (seed(server), (server.answersHello = false)) });
  server.answersHello = true;
  await clock.advance(12_000);
  assert.equal(server.sockets.length, 2);
});

test("the token is renewed on the open channel before it runs out", async () => {
  const { server, clock } = await liveBoard({ seed });
  await clock.advance(845_000);
  assert.deepEqual(
    server.socket.sent.find(({ type }) => type === "auth"),
    { type: "auth", token: "t2" },
  );
  await clock.advance(840_000);
  assert.equal(server.socket.sent.filter(({ type }) => type === "auth").length, 2);
  assert.equal(server.sockets.length, 1);
});

test("4401 gets a fresh token and comes back at once", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.socket.drop(4401);
  await clock.advance(10);
  assert.equal(server.socket.sent[0].token, "t2");
  assert.equal(sync.state.connection, "live");
});

test("4403 and 4404 leave the board with a message and never come back", async () => {
  for (const [code, reason] of [
    [4403, "not-a-member"],
    [4404, "no-such-workspace"],
  ]) {
    const { sync, server, clock } = await liveBoard({ seed });
    server.socket.drop(code);
    await clock.advance(60_000);
    assert.equal(sync.state.ended.reason, reason);
    assert.ok(sync.state.ended.message.length > 10);
    assert.equal(server.sockets.length, 1);
  }
});

test("4008 resumes at once", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  server.socket.drop(4008);
  await clock.advance(1);
  assert.equal(sync.state.connection, "live");
  assert.equal(server.sockets.length, 2);
});

test("4029 stays away for longer", async () => {
  const { server, clock } = await liveBoard({ seed });
  server.socket.drop(4029);
  await clock.advance(4_900);
  assert.equal(server.sockets.length, 1);
  await clock.advance(5_000);
  assert.equal(server.sockets.length, 2);
});

test("4400 and 1009 are reported", async () => {
  for (const code of [4400, 1009]) {
    const { sync, server, clock } = await liveBoard({ seed });
    server.socket.drop(code);
    assert.match(sync.state.lastError.message, /could not read/);
    await clock.advance(1_000);
    assert.equal(sync.state.connection, "live");
  }
});

test("a server that welcomes and drops at once is not hammered", async () => {
  const { server, clock } = await liveBoard({ seed });
  for (let turn = 0; turn < 6; turn += 1) {
    server.socket.drop(1011);
    await clock.advance(20_000 / 2 ** (6 - turn));
  }
  assert.ok(server.sockets.length <= 7);
  const before = server.sockets.length;
  server.socket.drop(1011);
  await clock.advance(1_000);
  assert.equal(server.sockets.length, before);
});

test("offline it waits in silence, online it comes back at once", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  sync.setOnline(false);
  assert.equal(sync.state.connection, "offline");
  await clock.advance(120_000);
  assert.equal(server.sockets.length, 1);
  sync.setOnline(true);
  await settle();
  assert.equal(sync.state.connection, "live");
});

test("a board that cannot be read says why", async () => {
  const refusing = (server) =>
    (server.answer = async () => ({
      status: 404,
      headers: { get: () => null },
      text: async () => JSON.stringify(problem(404, "There is no such thing here")),
    }));
  const { sync, server } = await liveBoard({ seed: refusing });
  assert.equal(sync.state.ended.reason, "no-such-workspace");
  assert.equal(server.sockets.length, 0);
});

test("a server that is away at the start is waited for", async () => {
  const { sync, server, clock } = await liveBoard({
    seed: (server) => (seed(server), (server.reachable = false)),
    start: false,
  });
  sync.start();
  await clock.advance(5_000);
  assert.equal(sync.state.connection, "offline");
  assert.equal(sync.state.loaded, false);
  server.reachable = true;
  await clock.advance(30_000);
  assert.equal(sync.state.loaded, true);
  assert.equal(sync.state.connection, "live");
});

test("presence frames say who is here, and a short gap keeps the last word", async () => {
  const { sync, server } = await liveBoard({ seed });
  const ben = { id: "u-ben", name: "Ben", viewing: null, editing: null, sessions: 1 };
  const names = () => [...sync.state.presence.values()].map(({ name }) => name);
  server.socket.receive({ type: "presence", users: [{ ...ben, id: USER.id, name: "Ana" }] });
  server.socket.receive({ type: "presence", joined: ben });
  assert.deepEqual(names(), ["Ana", "Ben"]);
  server.socket.receive({ type: "presence", updated: { ...ben, viewing: "c-1" } });
  assert.equal(sync.state.presence.get("u-ben").viewing, "c-1");
  server.socket.receive({ type: "presence", left: ben });
  assert.deepEqual(names(), ["Ana"]);
  server.socket.drop();
  assert.deepEqual(names(), ["Ana"]);
  sync.setOnline(false);
  assert.deepEqual(names(), []);
});

test("what this person looks at is told once, and again on a new socket", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  const presence = () => server.socket.sent.filter(({ type }) => type === "presence");
  sync.present({ viewing: "c-1", editing: null });
  sync.present({ viewing: "c-1", editing: null });
  assert.equal(presence().length, 1);
  server.socket.drop();
  await clock.advance(1_000);
  assert.deepEqual(presence(), [{ type: "presence", state: { viewing: "c-1", editing: null } }]);
});

test("a change of one's own role is known at once", async () => {
  const { sync, server } = await liveBoard({ seed });
  server.commit({ entity: "member", op: "updated", id: USER.id, data: { role: "viewer" } });
  await settle();
  assert.equal(sync.state.role, "viewer");
});

test("stopped, it opens nothing any more", async () => {
  const { sync, server, clock } = await liveBoard({ seed });
  sync.stop();
  await clock.advance(120_000);
  assert.equal(server.sockets.length, 1);
  assert.equal(server.socket.closedWith, 1000);
});
