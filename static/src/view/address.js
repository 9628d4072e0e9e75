// The view of a board and its address, kept alike: a change of either shows in the other.
import { effect, signal, untracked } from "@preact/signals";
import { paths } from "../app/router.js";
import { searchOf, viewOf } from "./view.js";

const REST_MS = 250; // browsers take offence at an address that is rewritten with each key

/** Returns {view, change(fields), open(client id|null), href(client id|null), settle(), close()}. */
export function viewInAddress({ clock, router, workspace }) {
  const view = signal(viewOf(router.route.peek().search ?? ""));
  let cancel = () => {};

  const stop = effect(() => {
    const { name, search } = router.route.value;
    untracked(() => {
      if (name === "board" && search !== searchOf(view.value)) view.value = viewOf(search);
    });
  });

  const pathTo = (client) => {
    const search = searchOf(view.peek());
    return client === null ? paths.workspace(workspace, search) : paths.client(workspace, client, search);
  };

  /** The address says what the view is, now. */
  function settle() {
    cancel();
    const { name, client, search } = router.route.peek();
    if (name === "board" && search !== searchOf(view.peek())) router.replace(pathTo(client));
  }

  return {
    view,
    change(fields) {
      view.value = { ...view.peek(), ...fields };
      cancel();
      cancel = clock.after(REST_MS, settle);
    },
    /** Opens a client's panel, or closes it. `kept`: as a step in the browser's history. */
    open(client, { kept = true } = {}) {
      settle();
      if (kept) router.go(pathTo(client));
      else router.replace(pathTo(client));
    },
    href: (client) => pathTo(client),
    settle,
    close() {
      cancel();
      stop();
    },
  };
}
