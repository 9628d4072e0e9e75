// The sync client: one workspace's board, live. It knows nothing of the page and runs in Node as well:
//
//   const sync = createSync({ origin, workspace, tokens });
//   sync.subscribe((state) => …);
//   sync.start();
//   await sync.send({ op: "client.update", client_id, data: { name } });
import { Assistant } from "./sync/assistant.js";
import { systemClock } from "./sync/clock.js";
import { Delivery } from "./sync/delivery.js";
import { newId } from "./sync/ids.js";
import { Inbox } from "./sync/inbox.js";
import { Keeping } from "./sync/keeping.js";
import { defaultLimits } from "./sync/limits.js";
import { Link } from "./sync/link.js";
import { foldPresence, samePresence } from "./sync/presence.js";
import { SignedOut } from "./sync/problem.js";
import { farewell, meaningOf } from "./sync/reconnect.js";
import { Replica } from "./sync/replica.js";
import { createRest } from "./sync/rest.js";
import { allPages, loadUntilRead } from "./sync/snapshot.js";
import { createStore } from "./sync/store.js";

export { Refused, SignedOut, Unreachable } from "./sync/problem.js";

/**
 * origin: "https://host"; tokens: see sync/rest.js; user: who this is, if known before the welcome; schedule: how
 * remote changes are gathered into one update; kept: where commands outlast the page, see sync/keeping.js. State: {loaded, workspace, stages, members, clients, comments, seq,
 * me, role, presence, assistant, asking, connection, pending, importing, switchedOff, lastError, ended}; connection is "connecting", "live",
 * "resuming", "polling" or "offline".
 */
export function createSync(options) {
  return new Sync({
    fetch: (...args) => globalThis.fetch(...args),
    WebSocket: globalThis.WebSocket,
    clock: systemClock,
    random: Math.random,
    schedule: queueMicrotask,
    newId,
    user: null,
    kept: null,
    ...options,
    limits: { ...defaultLimits, ...options.limits },
  });
}

class Sync {
  #options;
  #store;
  #replica = new Replica();
  #link;
  #delivery;
  #assistant;
  #keeping;
  #request;
  #root;
  #inbox;
  #loading = null; // the AbortController of the snapshot being read
  #holes = 0;
  #myPresence = { viewing: null, editing: null };
  #stopped = false;

  constructor(options) {
    this.#options = options;
    const { clock, limits, origin, random, tokens, user, workspace } = options;
    this.#store = createStore({
      ...this.#replica.view(),
      loaded: false,
      me: user,
      role: null,
      presence: new Map(),
      connection: "connecting",
      importing: null,
      lastError: null,
      ended: null,
    });
    this.#root = `/workspaces/${encodeURIComponent(workspace)}`;
    this.#inbox = new Inbox({ deliver: (changes) => this.#fold(changes), schedule: options.schedule });
    this.#request = createRest({ ...options, base: `${origin}/api/v1` });
    const shared = { clock, limits, random, request: this.#request };
    this.#assistant = new Assistant({
      ...shared,
      root: this.#root,
      schedule: options.schedule,
      on: { changed: (assistant) => this.#patch({ assistant }) },
    });
    this.#patch({ assistant: this.#assistant.view });
    this.#keeping = options.kept && new Keeping(options.kept);
    this.#link = new Link({
      ...shared,
      tokens,
      workspace,
      url: `${origin.replace(/^http/, "ws")}/ws${this.#root}`,
      WebSocket: options.WebSocket,
      since: () => this.#replica.seq,
      on: {
        status: (connection) => this.#status(connection),
        welcome: (frame) => this.#welcomed(frame),
        frame: (frame) => this.#received(frame),
        changes: (list) => this.#polled(list),
        lost: ({ code }) => this.#lost(code),
        gone: () => this.#load(),
        returned: () => this.#delivery.resumed(),
        report: (message) => this.#report(message),
        ended: (why) => this.#end(why),
      },
    });
    this.#delivery = new Delivery({
      ...shared,
      root: this.#root,
      link: this.#link,
      replica: this.#replica,
      on: {
        settled: () => this.#publish(),
        refused: ({ command }, error) => this.#report(error.message, { command, problem: error.problem }),
        signedOut: (error) => this.#end({ reason: "signed-out", message: error.message }),
      },
    });
  }

  get state() {
    return this.#store.get();
  }

  subscribe(listener) {
    return this.#store.subscribe(listener);
  }

  /** Reads the board, then follows it; what an earlier page could not send goes out first. */
  async start() {
    const left = (await this.#keeping?.read()) ?? [];
    if (left.length > 0) this.#give(left);
    await this.#load();
    if (!this.#stopped) this.#link.start();
  }

  stop() {
    this.#stopped = true;
    this.#loading?.abort();
    this.#delivery.stop();
    this.#assistant.stop();
    this.#link.stop();
  }

  /** Stops as soon as every command has its answer, or after a while. */
  finish() {
    const { clock, limits } = this.#options;
    const stop = () => (cancel(), unsubscribe(), this.stop());
    const cancel = clock.after(limits.partingMs, stop);
    const unsubscribe = this.subscribe(({ pending }) => pending === 0 && queueMicrotask(stop));
  }

  /**
   * Gives a command: shown at once, sent as soon as can be. Resolves with the server's result, rejects with Refused.
   * `local` helps to predict what the command alone does not tell (the deleted client that is being restored).
   */
  send(command, local = null) {
    const { clock, newId } = this.#options;
    const at = new Date(clock.now()).toISOString();
    return this.#give([{ id: newId(), command, local, at }])[0].answered;
  }

  #give(records) {
    const userId = this.state.me?.id ?? null;
    const entries = records.map((record) => this.#replica.outbox.add({ ...record, userId }));
    this.#publish();
    this.#delivery.flush();
    for (const { answered, command } of entries.filter((entry) => entry.command.op.startsWith("assistant."))) {
      answered.then((result) => this.#assistant.answered(command.op, result)).catch(() => {});
    }
    return entries;
  }

  /** What this person looks at and edits; told to the others, and again after each reconnect. */
  present(state) {
    if (samePresence(state, this.#myPresence)) return;
    this.#myPresence = state;
    this.#link.send({ type: "presence", state });
  }

  /** Would a command be lost if the page went away now? */
  get unsafe() {
    return this.state.pending > 0 && !this.#keeping?.works;
  }

  /** From now on the client's comments are in `state.comments` and kept up to date. */
  async loadComments(clientId) {
    this.#replica.watchComments(clientId);
    const path = `${this.#root}/clients/${encodeURIComponent(clientId)}/comments?limit=200`;
    this.#replica.addComments(clientId, await allPages(this.#request, path));
    this.#publish();
  }

  /** From now on `state.assistant` has the thread's newest messages, whole. */
  openThread() {
    return this.#assistant.open();
  }

  readEarlierMessages() {
    return this.#assistant.readEarlier();
  }

  /** REST below this workspace, for what is not part of the board. */
  request(method, path, options) {
    return this.#request(method, this.#root + path, options);
  }

  /** The browser's online and offline events. */
  setOnline(online) {
    this.#link.setOnline(online);
    if (online) this.#delivery.resumed();
  }

  /** The page woke up or came to the front. */
  wake() {
    this.#link.wake();
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#inbox.hold();
    try {
      const missed = () => this.#status("offline");
      const deps = { ...this.#options, request: this.#request, signal: loading.signal, missed };
      const snapshot = await loadUntilRead(deps);
      if (snapshot) this.#loaded(snapshot);
    } catch (error) {
      this.#end(endingOf(error));
    }
  }

  #loaded(snapshot) {
    const { watched } = this.#replica;
    this.#replica.reread(snapshot);
    for (const clientId of watched) this.loadComments(clientId).catch(() => {}); // asked for again when looked at
    this.#publish({ loaded: true, role: snapshot.workspace.role ?? this.state.role });
    if (this.#link.live) this.#status("live");
    this.#inbox.release();
  }

  #welcomed(frame) {
    this.#patch({ me: frame.user, role: frame.role });
    if (!samePresence(this.#myPresence, { viewing: null, editing: null })) {
      this.#link.send({ type: "presence", state: this.#myPresence });
    }
    if (!frame.resumed) this.#load();
    this.#assistant.returned();
    this.#delivery.resumed();
  }

  #received(frame) {
    switch (frame.type) {
      case "change":
        return this.#inbox.take([frame]);
      case "ack":
        return this.#delivery.acked(frame);
      case "error":
        if (frame.id) return this.#delivery.failed(frame);
        return this.#report(frame.problem.detail, { problem: frame.problem });
      case "presence":
        return this.#patch({ presence: foldPresence(this.state.presence, frame) });
      case "assistant":
        return this.#assistant.received(frame);
      case "import":
        return this.#patch({ importing: frame });
      default: // frames of a newer server
    }
  }

  /** The poll's next question depends on what this answer brought. */
  #polled(changes) {
    this.#inbox.take(changes);
    this.#inbox.flush();
  }

  #fold(changes) {
    if (this.#stopped) return;
    const { applied, hole } = this.#replica.fold(changes);
    const aboutMe = (change) => change.entity === "member" && change.id === this.state.me?.id && change.data.role;
    const role = applied.filter(aboutMe).at(-1)?.data.role ?? this.state.role;
    const switchedOff = applied.findLast(isSwitchedOff) ?? this.state.switchedOff;
    this.#publish({ role, switchedOff });
    this.#delivery.flush();
    if (this.#replica.deleted) return this.#end(farewell(4404));
    this.#holes = hole ? this.#holes + 1 : 0;
    if (this.#holes >= this.#options.limits.holesBeforeReload) this.#load();
    else if (hole) this.#link.resumeFromHole();
  }

  #status(connection) {
    // Without a socket nobody tells who is here; over a short gap the last word stands.
    const blind = connection === "offline" || connection === "polling";
    this.#assistant.poll(connection === "polling");
    this.#patch(blind ? { connection, presence: new Map() } : { connection });
  }

  #lost(code) {
    // A frame that the server could not take would end every new socket too: REST names what is wrong with it.
    this.#delivery.socketLost({ restOnly: meaningOf(code) === "report" });
  }

  #report(message, more = {}) {
    this.#patch({ lastError: { message, at: this.#options.clock.now(), ...more } });
  }

  #end(why) {
    if (this.state.ended) return;
    this.stop();
    this.#patch({ ended: why, connection: "offline" });
  }

  #publish(more = {}) {
    this.#keeping?.follow(this.#replica.outbox.entries);
    this.#patch({ ...this.#replica.view(), ...more });
  }

  #patch(fields) {
    const state = this.state;
    if (Object.keys(fields).every((name) => Object.is(fields[name], state[name]))) return;
    this.#store.set({ ...state, ...fields });
  }
}

/** A change by which the server itself gave a webhook up. */
const isSwitchedOff = ({ entity, data, actor }) =>
  entity === "webhook" && data.enabled === false && actor.via === "system";

/** A board that cannot be read is left, with the reason in words. */
function endingOf(error) {
  if (error instanceof SignedOut) return { reason: "signed-out", message: error.message };
  if (error.status === 403) return farewell(4403);
  if (error.status === 404) return farewell(4404);
  return { reason: "refused", message: error.message };
}
