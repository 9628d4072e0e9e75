// Where the refresh token lies: one record in IndexedDB. Not localStorage: that is cached per process and reaches other
// tabs late, so that a tab could read a token which another has just used up, and end the session with it.

const STORE = "session";
const RECORD = "current";
const LEASE = "lease";
const LEASE_MS = 20_000;
const LOOK_AGAIN_MS = 60;

export function createVault({ indexedDB, locks, name }) {
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  /** Runs `work(store)` in one transaction; resolves with the result of the request it returns, once that is durable. */
  async function transact(mode, work) {
    const database = await opened;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result ?? null);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** Takes the lease if it is free: reading and writing are one transaction, so only one tab can. */
  async function takeLease(holder) {
    let taken = false;
    await transact("readwrite", (store) => {
      const request = store.get(LEASE);
      request.onsuccess = () => {
        taken = !request.result || request.result.until < Date.now();
        if (taken) store.put({ holder, until: Date.now() + LEASE_MS }, LEASE);
      };
      return request;
    });
    return taken;
  }

  async function withLease(work) {
    const holder = Math.random();
    while (!(await takeLease(holder))) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    try {
      return await work();
    } finally {
      await transact("readwrite", (store) => store.delete(LEASE));
    }
  }

  return {
    read: () => transact("readonly", (store) => store.get(RECORD)),
    write: (record) => transact("readwrite", (store) => store.put(record, RECORD)),
    clear: () => transact("readwrite", (store) => store.delete(RECORD)),
    /** Runs `work` in one tab at a time. `navigator.locks` exists on https and localhost only; else a lease stands in. */
    alone: (work) => (locks ? locks.request(name, work) : withLease(work)),
  };
}
