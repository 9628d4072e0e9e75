// Views with a name, kept in this browser for one workspace: [{name, search}], sorted by name.
import { signal } from "@preact/signals";

const MOST = 50;

/** `window` is asked to tell when another tab has saved one. Returns {list, save, remove, close}. */
export function savedViews({ storage, window, workspace }) {
  const key = `clientflow.views.${workspace}`;
  const list = signal(read());
  const onStorage = (event) => event.key === key && (list.value = read());
  window.addEventListener("storage", onStorage);

  function read() {
    try {
      const stored = JSON.parse(storage.getItem(key) ?? "[]");
      return stored.filter(({ name, search }) => typeof name === "string" && typeof search === "string");
    } catch {
      return []; // storage is forbidden, or something else has written there
    }
  }

  function write(next) {
    list.value = next;
    try {
      storage.setItem(key, JSON.stringify(next));
    } catch {
      // Forbidden or full: they last as long as the page.
    }
  }

  return {
    list,
    /** Under a name that there is already, the view takes its place. */
    save(name, search) {
      const others = list.peek().filter((view) => view.name !== name);
      write([...others, { name, search }].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST));
    },
    remove: (name) => write(list.peek().filter((view) => view.name !== name)),
    close: () => window.removeEventListener("storage", onStorage),
  };
}
