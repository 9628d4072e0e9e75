// Follows the assistant's thread: folds its frames, reads it over REST when it is opened, and mends holes.
import { emptyThread, foldFrame, hasHole, isSettled, withDecision, withMessages } from "./thread.js";

const PATH = "/assistant/messages";

/** `deps` is {request, root, clock, limits, schedule, on: {changed(view)}}; `view` is {messages, reading, more}. */
export class Assistant {
  #deps;
  #thread = emptyThread;
  #reading = "unread"; // "unread" until somebody opens it | "reading" | "read" | "failed"
  #cursor = null;
  #mending = new Set(); // ids of messages that are being read anew
  #cancelPoll = null;
  #scheduled = false;
  #stopped = false;

  constructor(deps) {
    this.#deps = deps;
  }

  get view() {
    return { messages: this.#thread.messages, reading: this.#reading, more: this.#cursor !== null };
  }

  received(frame) {
    const { thread, hole } = foldFrame(this.#thread, frame);
    this.#set(thread);
    if (hole) this.#mend(hole);
  }

  /** What a command about the thread was answered; null when its change came before its answer. */
  answered(op, result) {
    if (!result) return;
    if (op === "assistant.apply" || op === "assistant.dismiss") this.#set(withDecision(this.#thread, result.proposal));
    else this.#set(withMessages(this.#thread, [result.message ?? result]));
  }

  /** Somebody looks at it: from now on it is kept whole. */
  async open() {
    if (this.#reading === "reading" || this.#reading === "read") return;
    this.#state("reading");
    await this.#readNewest();
  }

  /** What was said while nobody listened. */
  async returned() {
    if (this.#reading !== "unread") await this.#readNewest();
  }

  async readEarlier() {
    const cursor = this.#cursor;
    if (cursor === null) return;
    const page = await this.#page(cursor);
    if (this.#cursor !== cursor) return; // somebody else's click has brought the same page
    this.#cursor = page.next_cursor;
    this.#set(withMessages(this.#thread, page.items));
    this.#publish();
  }

  /** Without a socket the thread is read now and then. */
  poll(on) {
    if (on === (this.#cancelPoll !== null)) return;
    this.#cancelPoll?.();
    this.#cancelPoll = null;
    if (on && !this.#stopped) this.#pollLater();
  }

  stop() {
    this.#stopped = true;
    this.poll(false);
  }

  #pollLater() {
    const { clock, limits } = this.#deps;
    this.#cancelPoll = clock.after(limits.threadPollMs, async () => {
      await this.returned();
      if (this.#cancelPoll) this.#pollLater();
    });
  }

  async #readNewest() {
    try {
      const { items, next_cursor: cursor } = await this.#page();
      // After a long absence there may be a gap behind this page: what lies beyond is read again when asked for.
      const joined = items.some(({ id }) => isSettled(this.#thread.messages.get(id)));
      if (this.#reading !== "read" || !joined) this.#cursor = cursor;
      this.#set(withMessages(joined ? this.#thread : this.#onlyStreaming(), items));
      this.#state("read");
    } catch {
      if (this.#reading === "reading") this.#state("failed"); // what was read before still stands
    }
    for (const message of this.#thread.messages.values()) if (hasHole(message)) this.#mend(message.id);
  }

  #onlyStreaming() {
    return { messages: new Map([...this.#thread.messages].filter(([, message]) => !isSettled(message))) };
  }

  async #page(cursor) {
    const { limits, request, root } = this.#deps;
    const path = `${root}${PATH}?limit=${limits.threadPage}`;
    return (await request("GET", cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path)).data;
  }

  /** Reads one message anew until it is whole; what is stored may be a little behind what was sent. */
  async #mend(id) {
    if (this.#reading === "unread" || this.#mending.has(id)) return;
    this.#mending.add(id);
    const { clock, limits, request, root } = this.#deps;
    try {
      for (let attempt = 0; attempt < limits.mendTries && !this.#stopped; attempt += 1) {
        if (attempt > 0) await clock.pause(limits.mendPauseMs * 2 ** attempt);
        const known = this.#thread.messages.get(id);
        if (known && !hasHole(known)) return; // the missing delta came after all
        const { data } = await request("GET", `${root}${PATH}/${encodeURIComponent(id)}`);
        this.#set(withMessages(this.#thread, [data]));
        if (!hasHole(this.#thread.messages.get(id))) return;
      }
    } catch {
      // The next welcome reads the thread again.
    } finally {
      this.#mending.delete(id);
    }
  }

  #set(thread) {
    if (thread === this.#thread) return;
    this.#thread = thread;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#deps.schedule(() => {
      this.#scheduled = false;
      this.#publish();
    });
  }

  #state(reading) {
    this.#reading = reading;
    this.#publish();
  }

  #publish() {
    if (!this.#stopped) this.#deps.on.changed(this.view);
  }
}
