// Changes on their way to the board: gathered, so that a burst is one update, and held while the snapshot is read.

export class Inbox {
  #deliver;
  #schedule;
  #changes = [];
  #scheduled = false;
  #held = false;

  /** `deliver(changes)` takes what has come; `schedule(run)` says how long changes are gathered. */
  constructor({ deliver, schedule }) {
    this.#deliver = deliver;
    this.#schedule = schedule;
  }

  take(changes) {
    this.#changes.push(...changes);
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  hold() {
    this.#held = true;
  }

  release() {
    this.#held = false;
    this.flush();
  }

  flush() {
    if (this.#held || this.#changes.length === 0) return;
    const changes = this.#changes;
    this.#changes = [];
    this.#deliver(changes);
  }
}
