// Carries the outbox to the server: over the socket while it is live, over REST otherwise or when no ack comes.
// A command keeps its id whichever way it goes, so that it takes effect once.
import { Refused, SignedOut } from "./problem.js";
import { delayBefore } from "./reconnect.js";
import { requestFor } from "./rest.js";

/** `on` is {settled(), refused(entry, error), signedOut(error)}. */
export class Delivery {
  #deps;
  #cancelAckTimers = new Map();
  #cancelPause = null;
  #pauses = 0;
  #stopped = false;

  constructor(deps) {
    this.#deps = deps;
  }

  get #outbox() {
    return this.#deps.replica.outbox;
  }

  /** Sends whatever can go now. */
  flush() {
    const { link } = this.#deps;
    if (this.#stopped || this.#cancelPause || !link.online) return;
    for (const entry of this.#outbox.sendable()) {
      if (link.live && !entry.restOnly) this.#overSocket(entry);
      else this.#overRest(entry);
    }
  }

  /** The socket came back: no reason to wait any longer. */
  resumed() {
    this.#endPause();
    this.#pauses = 0;
    this.flush();
  }

  stop() {
    this.#stopped = true;
    this.#endPause();
    for (const cancel of this.#cancelAckTimers.values()) cancel();
    this.#cancelAckTimers.clear();
  }

  acked({ id, seq, result }) {
    this.#endAckTimer(id);
    this.#outbox.acked(id, { seq, result }, this.#deps.replica.seq);
    this.#settled();
  }

  failed({ id, problem }) {
    this.#endAckTimer(id);
    const entry = this.#outbox.get(id);
    if (entry) this.#refused(entry, new Refused(problem));
  }

  socketLost(options) {
    for (const cancel of this.#cancelAckTimers.values()) cancel();
    this.#cancelAckTimers.clear();
    this.#outbox.socketLost(options);
    this.flush();
  }

  #overSocket(entry) {
    const { clock, limits, link } = this.#deps;
    const frame = JSON.stringify({ type: "command", id: entry.id, ...entry.command });
    if (frame.length * 3 > limits.frameBytes && byteLength(frame) > limits.frameBytes) return this.#overRest(entry);
    this.#outbox.sent(entry.id, "socket");
    this.#cancelAckTimers.set(
      entry.id,
      clock.after(limits.ackMs, () => {
        this.#cancelAckTimers.delete(entry.id);
        if (entry.state === "sent" && entry.route === "socket") this.#overRest(entry);
      }),
    );
    link.send(frame);
  }

  async #overRest(entry) {
    const { link, on, replica, request, root } = this.#deps;
    this.#outbox.sent(entry.id, "rest");
    const { method, path, body, headers } = requestFor(entry.command);
    try {
      const { data } = await request(method, root + path, {
        body,
        headers: { ...headers, "Idempotency-Key": entry.id },
      });
      if (entry.command.op === "client.bulk") this.#outbox.acked(entry.id, { seq: data.seq, result: data }, replica.seq);
      else this.#outbox.ackedOverRest(entry.id, { result: data }, replica.shows(entry, data));
      this.#pauses = 0;
      this.#settled();
      if (!link.live) link.wake(); // the server answers: a socket may be had again
    } catch (error) {
      if (error instanceof SignedOut) {
        this.#outbox.requeue(entry.id);
        on.signedOut(error);
      } else this.#refused(entry, error);
    }
  }

  #refused(entry, error) {
    if (this.#outbox.get(entry.id)?.state !== "sent") return; // the other route has answered meanwhile
    const { limits, on } = this.#deps;
    const final = error instanceof Refused && !(error.passing && entry.tries < limits.triesWhenRefused);
    if (!final) {
      this.#outbox.requeue(entry.id);
      this.#pause(error);
      return;
    }
    this.#outbox.refused(entry.id, error);
    on.refused(entry, error);
    this.#settled();
  }

  #settled() {
    this.#deps.on.settled();
    this.flush();
  }

  #pause(error) {
    if (this.#stopped || this.#cancelPause) return;
    const { clock, limits, random } = this.#deps;
    const wait = error.retryAfterMs ?? delayBefore({ code: 0, attempt: this.#pauses, random, limits });
    this.#pauses += 1;
    this.#cancelPause = clock.after(wait, () => {
      this.#cancelPause = null;
      this.flush();
    });
  }

  #endPause() {
    this.#cancelPause?.();
    this.#cancelPause = null;
  }

  #endAckTimer(id) {
    this.#cancelAckTimers.get(id)?.();
    this.#cancelAckTimers.delete(id);
  }
}

function byteLength(text) {
  return new TextEncoder().encode(text).length;
}
