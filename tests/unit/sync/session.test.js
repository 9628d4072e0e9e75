import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "../../../static/src/session/session.js";
import { Refused, SignedOut, Unreachable } from "../../../static/src/sync.js";

const ana = { id: "u-ana", name: "Ana" };

/** A server that rotates refresh tokens and ends the session at a second use, unless it comes under the same key. */
function rotatingServer() {
  const server = { current: "r0", used: new Map(), requests: [], fails: null, count: 0 };
  server.request = async (method, path, { body, headers = {} } = {}) => {
    server.requests.push({ path, body, headers });
    await new Promise((resolve) => setImmediate(resolve));
    if (server.fails) throw server.fails;
    if (path === "/auth/logout") return { data: null };
    const grant = (refreshToken) => ({
      data: { user: ana, access_token: `a${++server.count}`, refresh_token: refreshToken, expires_in: 900 },
    });
    if (path === "/auth/password") {
      if (body.current_password !== "old") throw new Refused({ status: 422, detail: "Is not the password." });
      server.used.set(server.current, { next: null });
      return grant((server.current = "after"));
    }
    if (path !== "/auth/refresh") return grant("r0");
    const before = server.used.get(body.refresh_token);
    const key = headers["Idempotency-Key"];
    if (before?.key === key && before) return grant(before.next);
    if (before || body.refresh_token !== server.current) throw new Refused({ status: 401, detail: "Used before." });
    server.current = `r${server.used.size + 1}`;
    server.used.set(body.refresh_token, { key, next: server.current });
    return grant(server.current);
  };
  return server;
}

function sharedVault(record = { refresh_token: "r0", user_id: ana.id }) {
  let last = Promise.resolve();
  const vault = {
    record,
    read: async () => vault.record,
    write: async (next) => void (vault.record = next),
    clear: async () => void (vault.record = null),
    alone(work) {
      last = last.then(work, work);
      return last;
    },
  };
  return vault;
}

/** What the boards of people have left in the browser, by user id. */
function keptCommands(left = {}) {
  return {
    left,
    count: async (userId) => left[userId] ?? 0,
    clear: async (userId) => void delete left[userId],
  };
}

function tab(server, vault, channel = [], kept = keptCommands()) {
  const tabs = { postMessage: (data) => channel.forEach((other) => other !== tabs && other.onmessage({ data })) };
  channel.push(tabs);
  const state = { restarted: false };
  const clock = { now: () => 1_000 };
  const restart = () => (state.restarted = true);
  const session = new Session({ request: server.request, vault, kept, tabs, clock, restart });
  return Object.assign(state, { session });
}

test("without a stored session somebody has to sign in", async () => {
  const { session } = tab(rotatingServer(), sharedVault(null));
  await session.start();
  assert.equal(session.state.value.status, "out");
});

test("a stored session goes on with a fresh token, and the next refresh token is stored", async () => {
  const vault = sharedVault();
  const { session } = tab(rotatingServer(), vault);
  await session.start();
  assert.equal(session.state.value.status, "in");
  assert.deepEqual(session.tokens.current(), { token: "a1", expiresAt: 901_000 });
  assert.deepEqual(vault.record, { refresh_token: "r1", user_id: ana.id });
});

test("everybody in a tab who needs a fresh token at once shares one rotation", async () => {
  const server = rotatingServer();
  const { session } = tab(server, sharedVault());
  const [one, two] = await Promise.all([session.tokens.renew(null), session.tokens.renew(null)]);
  assert.equal(one.token, two.token);
  assert.equal(server.requests.length, 1);
  assert.equal((await session.tokens.renew("some older token")).token, one.token);
});

test("tabs that start at once never use a refresh token twice", async () => {
  const server = rotatingServer();
  const vault = sharedVault();
  const tabs = [1, 2, 3, 4].map(() => tab(server, vault));
  await Promise.all(tabs.map(({ session }) => session.start()));
  for (const { session } of tabs) assert.equal(session.state.value.status, "in");
  assert.deepEqual(
    server.requests.map(({ body }) => body.refresh_token),
    ["r0", "r1", "r2", "r3"],
  );
});

test("a rotation whose answer was lost is repeated under the same key", async () => {
  const server = rotatingServer();
  const vault = sharedVault();
  const reloaded = tab(server, { ...vault, write: async (next) => next.attempt && vault.write(next) });
  await reloaded.session.start(); // the page goes away before it could store the answer
  const { session } = tab(server, vault);
  await session.start();
  assert.equal(session.state.value.status, "in");
  assert.equal(server.requests[0].headers["Idempotency-Key"], server.requests[1].headers["Idempotency-Key"]);
  assert.equal(vault.record.refresh_token, "r1");
});

test("a refused refresh token ends the session and says so", async () => {
  const vault = sharedVault({ refresh_token: "stolen", user_id: ana.id });
  const { session } = tab(rotatingServer(), vault);
  await session.start();
  assert.equal(session.state.value.status, "out");
  assert.match(session.state.value.notice, /ended/);
  assert.equal(vault.record, null);
  await assert.rejects(session.tokens.renew(null), SignedOut);
});

test("a server that cannot be reached costs nobody the session", async () => {
  const server = rotatingServer();
  const vault = sharedVault();
  const { session } = tab(server, vault);
  server.fails = new Unreachable();
  await session.start();
  assert.equal(session.state.value.status, "unreachable");
  server.fails = null;
  await session.start();
  assert.equal(session.state.value.status, "in");
});

test("signing out in one tab signs the others out, and revokes the refresh token", async () => {
  const server = rotatingServer();
  const vault = sharedVault();
  const channel = [];
  const [one, two] = [tab(server, vault, channel), tab(server, vault, channel)];
  await one.session.start();
  await two.session.start();
  await one.session.signOut();
  assert.equal(two.session.state.value.status, "out");
  assert.equal(two.session.tokens.current(), null);
  assert.equal(server.requests.at(-1).path, "/auth/logout");
  assert.equal(server.requests.at(-1).body.refresh_token, "r2");
});

test("a tab where somebody else signed in starts anew", async () => {
  const server = rotatingServer();
  const channel = [];
  const [one, two] = [tab(server, sharedVault(null), channel), tab(server, sharedVault(null), channel)];
  await two.session.start();
  await one.session.signIn({ email: "ana@example.com", password: "secret" });
  assert.equal(one.session.state.value.status, "in");
  assert.equal(two.restarted, true);
});

test("whoever signs out leaves nothing unsent behind, and is told of it before", async () => {
  const kept = keptCommands({ [ana.id]: 2, "u-ben": 1 });
  const { session } = tab(rotatingServer(), sharedVault(), [], kept);
  assert.equal(await session.unsent(), 0);
  await session.start();
  assert.equal(await session.unsent(), 2);
  await session.signOut();
  assert.deepEqual(kept.left, { "u-ben": 1 });
});

test("a session that ends by itself keeps what was not sent for when the person comes back", async () => {
  const kept = keptCommands({ [ana.id]: 2 });
  const { session } = tab(rotatingServer(), sharedVault({ refresh_token: "stolen", user_id: ana.id }), [], kept);
  await session.start();
  assert.equal(session.state.value.status, "out");
  assert.deepEqual(kept.left, { [ana.id]: 2 });
});

test("a browser that forbids storage hinders nobody from signing out", async () => {
  const refuse = async () => {
    throw new Error("storage is forbidden");
  };
  const { session } = tab(rotatingServer(), sharedVault(), [], { count: refuse, clear: refuse });
  await session.start();
  assert.equal(await session.unsent(), 0);
  await session.signOut();
  assert.equal(session.state.value.status, "out");
});

test("a changed password goes on with the tokens of its answer, and no tab uses up the one before meanwhile", async () => {
  const server = rotatingServer();
  const vault = sharedVault();
  const [first, second] = [tab(server, vault), tab(server, vault)];
  await first.session.start();
  await second.session.start();
  const change = { current_password: "old", new_password: "new" };

  await Promise.all([first.session.changePassword(change), second.session.tokens.renew("a2")]);

  const { body, headers } = server.requests.find(({ path }) => path === "/auth/password");
  assert.deepEqual(body, change);
  assert.match(headers.Authorization, /^Bearer a\d+$/);
  assert.equal(first.session.state.value.status, "in");
  assert.equal(second.session.state.value.status, "in");
  assert.equal(vault.record.refresh_token, server.current);
});

test("a refused change of the password leaves the session as it was", async () => {
  const server = rotatingServer();
  const { session } = tab(server, sharedVault());
  await session.start();

  await assert.rejects(session.changePassword({ current_password: "?", new_password: "new" }), Refused);

  assert.equal(session.state.value.status, "in");
  assert.ok((await session.tokens.renew(session.tokens.current().token)).token);
});
