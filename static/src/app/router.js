// Addresses live in the hash: #/, #/w/{workspace}, #/w/{workspace}/c/{client}, #/invite/{code}. After a board's
// address `?` and its view may follow; see view/view.js.
import { signal } from "@preact/signals";

const withSearch = (path, search) => (search ? `${path}?${search}` : path);

export const paths = {
  home: () => "#/",
  workspace: (workspace, search = "") => withSearch(`#/w/${encodeURIComponent(workspace)}`, search),
  client: (workspace, client, search = "") =>
    withSearch(`#/w/${encodeURIComponent(workspace)}/c/${encodeURIComponent(client)}`, search),
};

export function routeOf(hash) {
  const cut = hash.includes("?") ? hash.indexOf("?") : hash.length;
  const parts = hash
    .slice(0, cut)
    .replace(/^#?\/?/, "")
    .split("/")
    .filter(Boolean)
    .map(decoded);
  if (parts[0] === "w" && parts[1]) {
    const client = parts[2] === "c" ? (parts[3] ?? null) : null;
    return { name: "board", workspace: parts[1], client, search: hash.slice(cut + 1) };
  }
  if (parts[0] === "invite" && parts[1]) return { name: "invite", code: parts[1] };
  return { name: "home" };
}

export function createRouter(window) {
  const route = signal(routeOf(window.location.hash));
  window.addEventListener("hashchange", () => (route.value = routeOf(window.location.hash)));
  return {
    route,
    go: (path) => (window.location.hash = path),
    /** As `go`, without a step in the browser's history. */
    replace(path) {
      window.history.replaceState(null, "", path);
      route.value = routeOf(path);
    },
  };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % in an address typed by hand
  }
}
