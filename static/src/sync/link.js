// Keeps following one workspace's log: a socket that comes back by itself, or the long poll while no socket can be had.
import { followByPolling } from "./poll.js";
import { SignedOut, Unreachable } from "./problem.js";
import { HOLE, LEAVING, delayBefore, farewell, meaningOf } from "./reconnect.js";
import { usableToken } from "./rest.js";
import { openSocket } from "./socket.js";

/**
 * `on` is {status(connection), welcome(frame), frame(frame), changes(list), lost({code}), gone(), returned(),
 * report(message), ended({reason, message})}. `since()` gives the seq to continue from.
 */
export class Link {
  #deps;
  #socket = null;
  #live = false;
  #everLive = false;
  #failures = 0; // sockets in a row that brought no welcome
  #attempt = 0; // closes in a row without a calm stretch between
  #online = true;
  #running = false;
  #cancelRetry = () => {};
  #cancelRenewal = () => {};
  #cancelCalm = () => {};
  #poll = null;

  constructor(deps) {
    this.#deps = deps;
  }

  get live() {
    return this.#live;
  }

  get online() {
    return this.#online;
  }

  start() {
    this.#running = true;
    if (this.#online) this.#connect();
    else this.#deps.on.status("offline");
  }

  stop() {
    this.#running = false;
    this.#halt(LEAVING, "leaving");
  }

  send(frame) {
    if (this.#live) this.#socket.send(frame);
    return this.#live;
  }

  /** The changes that came do not follow on each other: continue from the last good one. */
  resumeFromHole() {
    this.#socket?.close(HOLE, "a change is missing");
  }

  /** The browser's online and offline events. */
  setOnline(online) {
    if (online === this.#online) return;
    this.#online = online;
    if (!this.#running) return;
    if (online) {
      this.#attempt = 0;
      this.#connect();
    } else {
      this.#halt(LEAVING, "offline");
      this.#deps.on.status("offline");
    }
  }

  /** The page woke up: a waiting retry goes at once, and a socket has to prove that it is alive. */
  wake() {
    if (!this.#running || !this.#online) return;
    if (this.#live) this.#socket.probe();
    else if (!this.#socket) this.#connect();
  }

  async #connect() {
    this.#cancelRetry();
    if (this.#socket || !this.#running) return;
    const { clock, limits, on, tokens } = this.#deps;
    if (!this.#poll) on.status(this.#everLive ? "resuming" : "connecting");
    let token;
    try {
      token = await usableToken(tokens, clock, limits);
    } catch (error) {
      return this.#failed(error);
    }
    if (this.#socket || !this.#running || !this.#online) return;
    try {
      this.#socket = openSocket({
        ...this.#deps,
        hello: { token, since: this.#deps.since() },
        on: {
          welcome: (frame) => this.#welcomed(frame),
          frame: (frame) => on.frame(frame),
          closed: ({ code }) => this.#closed(code),
        },
      });
    } catch (cause) {
      this.#failed(new Unreachable(cause)); // a policy or proxy forbids sockets altogether
    }
  }

  #welcomed(frame) {
    this.#live = true;
    this.#everLive = true;
    this.#failures = 0;
    this.#stopPolling();
    this.#scheduleRenewal();
    this.#deps.on.status("live");
    this.#deps.on.welcome(frame);
    // A peer that welcomes and drops at once must not be hammered: only a calm stretch resets the backoff.
    this.#cancelCalm = this.#deps.clock.after(this.#deps.limits.calmMs, () => {
      this.#attempt = 0;
    });
  }

  async #closed(code) {
    const wasLive = this.#live;
    this.#socket = null;
    this.#live = false;
    this.#cancelRenewal();
    this.#cancelCalm();
    const { on, tokens } = this.#deps;
    if (wasLive) on.lost({ code });
    if (!this.#running || !this.#online) return;
    const meaning = meaningOf(code);
    if (meaning === "leave") return this.#end(farewell(code));
    if (meaning === "report") on.report("The server could not read what this page sent. Reconnecting.");
    if (!wasLive) this.#failures += 1;
    if (meaning === "renew") {
      try {
        await tokens.renew(tokens.current()?.token ?? null);
      } catch (error) {
        return this.#failed(error);
      }
    }
    this.#retry(code);
  }

  #failed(error) {
    if (!this.#running) return;
    if (error instanceof SignedOut) return this.#end({ reason: "signed-out", message: error.message });
    this.#failures += 1;
    this.#retry(0);
  }

  #retry(code) {
    const { clock, limits, on, random } = this.#deps;
    if (!this.#running || !this.#online) return;
    if (this.#failures >= limits.pollAfterFailures) this.#startPolling();
    else if (!this.#poll) on.status(this.#everLive ? "resuming" : "connecting");
    const delay = delayBefore({ code, attempt: this.#attempt, random, limits });
    this.#attempt += 1;
    this.#cancelRetry();
    this.#cancelRetry = clock.after(delay, () => this.#connect());
  }

  #startPolling() {
    if (this.#poll) return;
    const poll = new AbortController();
    this.#poll = poll;
    const { on } = this.#deps;
    let away = false;
    followByPolling({
      ...this.#deps,
      signal: poll.signal,
      on: {
        reached: () => {
          on.status("polling");
          if (away) this.#returned();
          away = false;
        },
        missed: () => {
          on.status("offline");
          away = true;
        },
        changes: (list) => on.changes(list),
        gone: () => on.gone(),
      },
    }).catch((error) => {
      if (this.#poll !== poll) return;
      if (error instanceof SignedOut) this.#end({ reason: "signed-out", message: error.message });
      else if (error.status === 403 || error.status === 404) this.#end(farewell(4000 + error.status));
      else this.#stopPolling();
    });
  }

  /** The server answers again after it did not: a socket may be had again as well. */
  #returned() {
    this.#attempt = 0;
    this.#connect();
    this.#deps.on.returned();
  }

  #stopPolling() {
    this.#poll?.abort();
    this.#poll = null;
  }

  #scheduleRenewal() {
    const { clock, limits, tokens } = this.#deps;
    const held = tokens.current();
    if (!held || !Number.isFinite(held.expiresAt)) return; // a personal token does not run out under us
    const left = held.expiresAt - clock.now();
    // A token of very short life is renewed halfway.
    const wait = Math.max(left - limits.renewBeforeMs, left / 2, 0);
    this.#cancelRenewal = clock.after(wait, () => this.#renew(held.token));
  }

  async #renew(stale) {
    const { clock, limits, tokens } = this.#deps;
    const socket = this.#socket;
    try {
      const { token } = await tokens.renew(stale);
      if (this.#socket !== socket || !this.#live) return;
      socket.send({ type: "auth", token });
      this.#scheduleRenewal();
    } catch (error) {
      if (this.#socket !== socket || !this.#live) return;
      if (error instanceof SignedOut) this.#end({ reason: "signed-out", message: error.message });
      else this.#cancelRenewal = clock.after(limits.renewRetryMs, () => this.#renew(stale));
    }
  }

  #end(why) {
    if (!this.#running) return;
    this.#deps.on.ended(why);
    this.stop();
  }

  #halt(code, reason) {
    this.#cancelRetry();
    this.#cancelRenewal();
    this.#stopPolling();
    this.#socket?.close(code, reason);
  }
}
