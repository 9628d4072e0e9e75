// Commands that the person has given and the log has not yet shown. No timers, no network: a ledger.
//
// An entry is "queued" (to be sent), "sent" (on its way, by socket or REST) or "acked" (committed, its change
// not seen yet, so that it still colours the optimistic board). Commands on one subject go one at a time, in order.

export class Outbox {
  #entries = [];
  #asking = [];

  /** Oldest first; everything that the optimistic board has to replay. */
  get entries() {
    return this.#entries;
  }

  /** How many have no answer yet. */
  get waiting() {
    return this.#entries.reduce((count, entry) => count + (entry.state === "acked" ? 0 : 1), 0);
  }

  /** Questions to the assistant that have no answer yet; the same list as long as they are the same. */
  get asking() {
    const waiting = this.#entries.filter(({ command, state }) => command.op === "assistant.ask" && state !== "acked");
    const same = waiting.length === this.#asking.length && waiting.every((entry, index) => entry === this.#asking[index]);
    return same ? this.#asking : (this.#asking = waiting);
  }

  add({ id, command, local = null, at, userId = null }) {
    const entry = {
      id,
      command,
      local,
      at,
      userId,
      state: "queued",
      route: null,
      restOnly: false,
      tries: 0,
      seq: null,
    };
    entry.subject = subjectOf(command) ?? id;
    entry.subjects = command.op === "client.bulk" ? command.operations.map(subjectOf) : [entry.subject];
    entry.answered = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    entry.answered.catch(() => {}); // whoever sends may look at the answer or not
    this.#entries = [...this.#entries, entry];
    return entry;
  }

  get(id) {
    return this.#entries.find((entry) => entry.id === id);
  }

  /** Queued commands that need not wait for an earlier one on a subject of theirs. */
  sendable() {
    const busy = new Set();
    const ready = [];
    for (const entry of this.#entries) {
      if (entry.state === "acked") continue;
      if (entry.state === "queued" && !entry.subjects.some((subject) => busy.has(subject))) ready.push(entry);
      for (const subject of entry.subjects) busy.add(subject);
    }
    return ready;
  }

  /** `route` is "socket" or "rest". */
  sent(id, route) {
    const entry = this.get(id);
    if (entry) Object.assign(entry, { state: "sent", route, tries: entry.tries + 1 });
  }

  /** Back to the queue, to be repeated with the same id. */
  requeue(id) {
    const entry = this.get(id);
    if (entry?.state === "sent") Object.assign(entry, { state: "queued", route: null });
  }

  /** What went out on the socket that dropped may or may not have arrived: it is repeated. */
  socketLost({ restOnly = false } = {}) {
    for (const entry of this.#entries) {
      if (entry.state !== "sent" || entry.route !== "socket") continue;
      entry.restOnly ||= restOnly;
      this.requeue(entry.id);
    }
  }

  /** Committed. `seq` null: nothing had to change. `shown`: the log is known up to here. */
  acked(id, { seq = null, result = null }, shown) {
    const entry = this.get(id);
    if (!entry) return;
    Object.assign(entry, { state: "acked", seq });
    entry.resolve(result);
    if (seq === null || seq <= shown) this.#drop(entry);
  }

  /** Committed over REST, which names no seq. `alreadyShown`: the confirmed board has nothing to learn from it. */
  ackedOverRest(id, { result = null }, alreadyShown) {
    const entry = this.get(id);
    if (!entry) return;
    entry.state = "acked";
    entry.resolve(result);
    if (alreadyShown) this.#drop(entry);
  }

  /** Refused for good: the command goes, and with a refused creation all that was built on it. */
  refused(id, error) {
    const entry = this.get(id);
    if (!entry) return [];
    const gone =
      entry.command.op === "client.create" ? this.#entries.filter((other) => other.subject === entry.subject) : [entry];
    this.#entries = this.#entries.filter((other) => !gone.includes(other));
    for (const other of gone) other.reject(error);
    return gone;
  }

  /** A change of the log is on the confirmed board: the command behind it is settled. */
  seen(change) {
    const entry = change.command_id === null ? undefined : this.get(change.command_id);
    // A bulk command makes many changes: its answer names the last of them, and what became of each operation.
    if (!entry || entry.command.op === "client.bulk") return;
    entry.resolve(null); // an ack that still comes finds nothing to do
    this.#drop(entry);
  }

  /** The confirmed board is at `seq`: what was committed up to there is on it. */
  reached(seq) {
    const settled = (entry) => entry.state === "acked" && entry.seq !== null && entry.seq <= seq;
    if (this.#entries.some(settled)) this.#entries = this.#entries.filter((entry) => !settled(entry));
  }

  /** The whole board was read anew: whatever had been committed before is in it. */
  boardReread() {
    this.#entries = this.#entries.filter((entry) => entry.state !== "acked");
  }

  #drop(entry) {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }
}

/** What a command is about; null when it is about nothing that exists yet. */
function subjectOf(command) {
  const target = command.client_id ?? command.stage_id ?? command.user_id;
  if (target) return target;
  if (command.op === "workspace.update") return "workspace";
  return command.data?.id ?? null;
}
