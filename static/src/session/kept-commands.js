// Where unanswered commands lie while the page is away: IndexedDB, by person and workspace. See sync/keeping.js.

const STORE = "commands";

/**
 * `place(userId, workspace)` gives the store that sync/keeping.js wants; `count(userId)` and `clear(userId)` are about
 * all that a person's boards have left here.
 */
export function createKeptCommands({ indexedDB, name }) {
  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore(STORE, { autoIncrement: true }); // keys tell the order
        store.createIndex("place", "place");
        store.createIndex("id", "id");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  /** Runs `work(store)` in one transaction; resolves with the result of the request it returns, once that is durable. */
  async function transact(mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** Every place of a person: "0" is the character after "/". */
  const allOf = (userId) => IDBKeyRange.bound(`${userId}/`, `${userId}0`, false, true);

  function removeEach(request) {
    request.onsuccess = () => {
      request.result?.delete();
      request.result?.continue();
    };
    return request;
  }

  return {
    count: (userId) => transact("readonly", (store) => store.index("place").count(allOf(userId))),
    clear: (userId) =>
      transact("readwrite", (store) => removeEach(store.index("place").openCursor(allOf(userId)))),
    place(userId, workspace) {
      const place = `${userId}/${workspace}`;
      return {
        read: () => transact("readonly", (store) => store.index("place").getAll(place)),
        add: (record) => transact("readwrite", (store) => store.add({ ...record, place })),
        remove: (id) => transact("readwrite", (store) => removeEach(store.index("id").openCursor(id))),
      };
    },
  };
}
