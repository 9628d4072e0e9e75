// Commands without an answer outlast the page: each is kept until it has one, and sent again under its own id, so that
// it takes effect once whoever sends it how often.

/** `store` is {read() -> Promise<records>, add(record), remove(id)}, oldest first; record is {id, command, local, at}. */
export class Keeping {
  #store;
  #kept = new Map(); // id -> what has been done about it so far, as a promise
  #broken = false;

  constructor(store) {
    this.#store = store;
  }

  /** Does everything that has no answer yet outlast the page? */
  get works() {
    return !this.#broken;
  }

  /** What an earlier page left behind. */
  async read() {
    try {
      const records = await this.#store.read();
      for (const { id } of records) this.#kept.set(id, Promise.resolve());
      return records;
    } catch {
      this.#broken = true; // a browser may forbid storage
      return [];
    }
  }

  /** The outbox has changed. */
  follow(entries) {
    const waiting = new Map(entries.filter(({ state }) => state !== "acked").map((entry) => [entry.id, entry]));
    for (const [id, entry] of waiting) if (!this.#kept.has(id)) this.#add(entry);
    for (const id of this.#kept.keys()) if (!waiting.has(id)) this.#remove(id);
  }

  #add({ id, command, local, at }) {
    this.#kept.set(
      id,
      this.#store.add({ id, command, local: needed(command, local), at }).catch(() => (this.#broken = true)),
    );
  }

  #remove(id) {
    const added = this.#kept.get(id);
    this.#kept.delete(id);
    added.then(() => this.#store.remove(id)).catch(() => {}); // repeated under its id it changes nothing
  }
}

/** Of a bulk command's whole board only the clients that it brings back. */
function needed(command, local) {
  if (command.op !== "client.bulk" || !local?.clients) return local;
  const restored = command.operations.filter(({ op }) => op === "client.restore");
  return { clients: new Map(restored.map(({ client_id: id }) => [id, local.clients.get(id)])) };
}
