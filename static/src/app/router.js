// Addresses live in the hash: #/, #/w/{workspace}, #/w/{workspace}/c/{client}, #/invite/{code}.
import { signal } from "@preact/signals";

export const paths = {
  home: () => "#/",
  workspace: (workspace) => `#/w/${encodeURIComponent(workspace)}`,
  client: (workspace, client) => `#/w/${encodeURIComponent(workspace)}/c/${encodeURIComponent(client)}`,
};

export function routeOf(hash) {
  const parts = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .filter(Boolean)
    .map(decoded);
  if (parts[0] === "w" && parts[1]) {
    return { name: "board", workspace: parts[1], client: parts[2] === "c" ? (parts[3] ?? null) : null };
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
