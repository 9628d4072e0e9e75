// A clock to turn by hand, sockets to drop by hand, and a small server that keeps one workspace's log.
import { clockFrom } from "../../../static/src/sync/clock.js";
import { createSync } from "../../../static/src/sync.js";

export const WORKSPACE = "ws-1";
export const USER = { id: "u-ana", name: "Ana", email: "ana@example.com" };
const OTHER = { id: "u-ben", name: "Ben", via: "socket" };

export function fakeClock() {
  let now = 1_700_000_000_000;
  let timers = [];
  const clock = clockFrom({
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
  });
  return Object.assign(clock, {
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
      await settle();
    },
  });
}

/** Lets every promise that can go on go on. */
export async function settle() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function client(id, fields = {}) {
  return {
    id,
    name: id,
    company: null,
    email: null,
    phone: null,
    stage: "lead",
    position: "a0",
    value: null,
    owner_id: null,
    tags: [],
    notes: "",
    next_action_at: null,
    custom: {},
    version: 1,
    created_at: "2024-01-01T00:00:00Z",
    created_by: "u-ben",
    updated_at: "2024-01-01T00:00:00Z",
    updated_by: "u-ben",
    ...fields,
  };
}

export class FakeServer {
  clients = new Map();
  comments = new Map();
  messages = new Map(); // the assistant's, the oldest first
  stages = [
    { id: "s-1", key: "lead", name: "Lead", color: "#64748b", position: 0, version: 1 },
    { id: "s-2", key: "won", name: "Won", color: "#16a34a", position: 1, version: 1 },
  ];
  members = [{ user_id: USER.id, name: "Ana", email: USER.email, role: "owner", joined_at: "2024-01-01T00:00:00Z" }];
  log = [];
  keptSince = 0; // changes up to here are no longer in the log
  outcomes = new Map(); // command id -> {seq, version, result}
  effects = []; // the ids of commands that took effect
  requests = [];
  sockets = [];
  reachable = true; // REST
  allowsSockets = true;
  answersHello = true;
  answersPings = true;
  answersCommands = true; // false: commands arrive and are lost on the way to the handler
  losesAcks = false; // true: commands take effect, the socket does not say so
  refuses = null; // (command) -> problem | null
  polls = [];
  heartbeat = 25;
  pageSize = Infinity;

  constructor() {
    const server = this;
    this.WebSocket = class {
      readyState = 0;
      sent = [];
      constructor(url, protocol) {
        Object.assign(this, { url, protocol });
        server.sockets.push(this);
        setImmediate(() => {
          if (!this.onclose) return;
          if (!server.allowsSockets) return this.drop(1006);
          this.readyState = 1;
          this.onopen?.();
        });
      }
      send(text) {
        const frame = JSON.parse(text);
        this.sent.push(frame);
        server.receive(this, frame, text);
      }
      close(code) {
        this.readyState = 3;
        this.closedWith = code;
      }
      receive(frame) {
        this.onmessage?.({ data: JSON.stringify(frame) });
      }
      drop(code = 1006) {
        this.readyState = 3;
        this.onclose?.({ code, reason: "" });
      }
    };
    this.fetch = (url, init) => this.answer(new URL(url), init);
  }

  get seq() {
    return this.log.length;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** A message of the assistant's thread, as REST tells it. */
  say(id, fields = {}) {
    const message = {
      id,
      prompt: "Who is due?",
      text: "",
      status: "streaming",
      asked_by: { id: USER.id, name: USER.name },
      created_at: `2024-01-02T00:00:${String(this.messages.size).padStart(2, "0")}Z`,
      proposals: [],
      ...this.messages.get(id),
      ...fields,
    };
    this.messages.set(id, message);
    return message;
  }

  put(...clients) {
    for (const one of clients) this.clients.set(one.id, one);
  }

  /** Somebody's write: into the log and out to the live sockets. */
  commit(change, { silently = false } = {}) {
    const full = {
      seq: this.seq + 1,
      at: "2024-01-02T00:00:00Z",
      actor: OTHER,
      command_id: null,
      version: 1,
      data: {},
      ...change,
    };
    this.log.push(full);
    if (!silently) for (const socket of this.sockets) if (socket.welcomed) socket.receive({ type: "change", ...full });
    for (const wake of this.polls.splice(0)) wake();
    return full;
  }

  update(id, data, options) {
    const next = { ...this.clients.get(id), ...data };
    next.version += 1;
    this.clients.set(id, next);
    return this.commit({ entity: "client", op: "updated", id, version: next.version, data }, options);
  }

  receive(socket, frame) {
    if (frame.type === "hello" && this.answersHello) {
      const resumed = frame.since !== null && frame.since >= this.keptSince && frame.since <= this.seq;
      socket.welcomed = true;
      const heartbeat = this.heartbeat;
      socket.receive({ type: "welcome", seq: this.seq, session: "x", user: USER, role: "owner", heartbeat, resumed });
      if (resumed) for (const change of this.log.slice(frame.since)) socket.receive({ type: "change", ...change });
    } else if (frame.type === "ping" && this.answersPings) {
      socket.receive({ type: "pong" });
    } else if (frame.type === "command" && this.answersCommands) {
      const problem = this.refuses?.(frame);
      if (problem) return socket.receive({ type: "error", id: frame.id, problem });
      const outcome = this.run(frame.id, frame);
      if (!this.losesAcks) socket.receive({ type: "ack", id: frame.id, ...outcome });
    }
  }

  run(commandId, { op, client_id: clientId, data }) {
    if (this.outcomes.has(commandId)) return this.outcomes.get(commandId);
    this.effects.push(commandId);
    if (op === "assistant.ask") {
      const outcome = { seq: null, version: null, result: this.say(`m-${commandId}`, data) };
      this.outcomes.set(commandId, outcome);
      return outcome;
    }
    const actor = { ...USER, via: "socket" };
    let change;
    if (op === "client.create") {
      this.put(client(data.id, data));
      change = { entity: "client", op: "created", id: data.id, data: this.clients.get(data.id) };
    } else if (op === "client.update") {
      const next = { ...this.clients.get(clientId), ...data };
      next.version += 1;
      this.put(next);
      change = { entity: "client", op: "updated", id: clientId, version: next.version, data };
    } else if (op === "client.delete") {
      const version = this.clients.get(clientId).version + 1;
      this.clients.delete(clientId);
      change = { entity: "client", op: "deleted", id: clientId, version };
    } else if (op === "comment.create") {
      const comment = { ...data, client_id: clientId, author_id: USER.id, created_at: "2024-01-02T00:00:00Z" };
      change = { entity: "comment", op: "created", id: data.id, data: comment };
    }
    const { seq, version } = this.commit({ ...change, actor, command_id: commandId });
    const outcome = { seq, version, result: this.clients.get(clientId ?? data.id) ?? null };
    this.outcomes.set(commandId, outcome);
    return outcome;
  }

  async answer(url, { method, headers, body, signal }) {
    const path = url.pathname.replace(`/api/v1/workspaces/${WORKSPACE}`, "");
    this.requests.push({ method, path, search: url.search, headers, body: body && JSON.parse(body) });
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.reachable) throw new TypeError("fetch failed");
    if (this.unauthorized?.(headers)) return reply(401, problem(401, "The token has run out."));
    if (method !== "GET") return this.write(method, path, headers["Idempotency-Key"], body && JSON.parse(body));
    if (path === "") return reply(200, { id: WORKSPACE, name: "Acme", seq: this.seq, role: "owner" });
    if (path === "/stages") return reply(200, { items: this.stages, next_cursor: null });
    if (path === "/members") return reply(200, { items: this.members, next_cursor: null });
    if (path === "/clients") return this.page(url);
    if (path.endsWith("/comments"))
      return reply(200, { items: this.comments.get(path.split("/")[2]) ?? [], next_cursor: null });
    if (path === "/assistant/messages") return this.thread(url);
    if (path.startsWith("/assistant/messages/")) return this.message(path.split("/")[3]);
    if (path === "/changes")
      return this.changes(Number(url.searchParams.get("since")), Number(url.searchParams.get("wait")), signal);
    return reply(404, problem(404, "Not found"));
  }

  page(url) {
    const all = [...this.clients.values()];
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const end = from + this.pageSize;
    this.onPage?.(from);
    return reply(200, {
      items: all.slice(from, end),
      next_cursor: end < all.length ? String(end) : null,
      seq: this.seq,
    });
  }

  thread(url) {
    const newest = [...this.messages.values()].reverse();
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const end = from + Number(url.searchParams.get("limit"));
    return reply(200, {
      items: newest.slice(from, end),
      next_cursor: end < newest.length ? String(end) : null,
    });
  }

  message(id) {
    return this.messages.has(id) ? reply(200, this.messages.get(id)) : reply(404, problem(404, "Not found"));
  }

  async changes(since, wait, signal) {
    if (since < this.keptSince) return reply(410, problem(410, "The log does not reach back that far."));
    if (since >= this.seq && wait > 0) {
      await new Promise((resolve, reject) => {
        this.polls.push(resolve);
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    }
    return reply(200, { changes: this.log.slice(since), seq: this.seq });
  }

  write(method, path, key, data) {
    const [, , clientId, more] = path.split("/");
    const op =
      path === "/assistant/messages"
        ? "assistant.ask"
        : more === "comments"
          ? "comment.create"
          : { POST: "client.create", PATCH: "client.update", DELETE: "client.delete" }[method];
    const refusal = this.refuses?.({ op, client_id: clientId, data });
    if (refusal) return reply(refusal.status, refusal);
    const { result } = this.run(key, { op, client_id: clientId, data });
    return reply(200, result);
  }
}

export function problem(status, detail, more = {}) {
  return { type: "/docs/errors#x", title: "Refused", status, detail, ...more };
}

function reply(status, data) {
  return { status, headers: { get: () => null }, text: async () => JSON.stringify(data) };
}

export function fakeTokens(clock, lifeMs = 900_000) {
  let issued = 1;
  let held = { token: "t1", expiresAt: clock.now() + lifeMs };
  return {
    current: () => held,
    async renew(stale) {
      if (held.token === stale) held = { token: `t${++issued}`, expiresAt: clock.now() + lifeMs };
      return held;
    },
  };
}

/** A started sync over a fake server; `seed` fills the server first. */
export async function liveBoard({ seed = () => {}, start = true, ...options } = {}) {
  const clock = fakeClock();
  const server = new FakeServer();
  seed(server);
  const tokens = options.tokens?.(clock) ?? fakeTokens(clock);
  const { fetch, WebSocket } = server;
  let ids = 0;
  const sync = createSync({
    origin: "http://board.test",
    workspace: WORKSPACE,
    tokens,
    fetch,
    WebSocket,
    clock,
    random: () => 0.5,
    newId: () => `command-${++ids}`,
    ...options.sync,
  });
  if (start) {
    await sync.start();
    await settle();
  }
  const card = (id) => sync.state.clients.get(id);
  return { sync, server, clock, tokens, card };
}
