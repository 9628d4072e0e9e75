// The whole board over REST. The first page's `seq` is read before anything else is, so that every change after it
// is either in what follows or comes later by the log.
import { Refused, SignedOut } from "./problem.js";
import { delayBefore } from "./reconnect.js";

export async function loadSnapshot({ request, workspace, limits, signal }) {
  const root = `/workspaces/${encodeURIComponent(workspace)}`;
  // Sorted by creation: a page boundary does not move when somebody drags a card meanwhile.
  const clientsPath = `${root}/clients?sort=created_at&limit=${limits.pageSize}`;
  const first = (await request("GET", clientsPath, { signal })).data;
  const [clients, stages, members, about] = await Promise.all([
    remaining(request, clientsPath, first, signal),
    allPages(request, `${root}/stages?limit=200`, signal),
    allPages(request, `${root}/members?limit=200`, signal),
    request("GET", root, { signal }),
  ]);
  return { seq: first.seq, clients, stages, members, workspace: about.data };
}

/** Tries until the snapshot is read (null once `signal` aborts). Refusals that will not pass are thrown. */
export async function loadUntilRead({ missed, ...deps }) {
  const { clock, limits, random, signal } = deps;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const snapshot = await loadSnapshot(deps);
      return signal.aborted ? null : snapshot;
    } catch (error) {
      if (signal.aborted) return null;
      if (error instanceof SignedOut || (error instanceof Refused && !error.passing)) throw error;
      missed();
      await clock.pause(error.retryAfterMs ?? delayBefore({ code: 0, attempt, random, limits }), signal);
    }
  }
  return null;
}

export async function allPages(request, path, signal) {
  return remaining(request, path, (await request("GET", path, { signal })).data, signal);
}

async function remaining(request, path, first, signal) {
  const items = [...first.items];
  let cursor = first.next_cursor;
  while (cursor) {
    const page = (await request("GET", `${path}&cursor=${encodeURIComponent(cursor)}`, { signal })).data;
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}
