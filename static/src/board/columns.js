// The board as columns. Pure; a column that stays the same keeps its identity, so that only changed ones render again.
import { totalsOf } from "../format/money.js";
import { byPosition } from "../sync/ranks.js";

/** [{stage, clients, totals}] in the order of the stages. `matches` (or null) filters; `previous` is the last result. */
export function columnsOf({ stages, clients, matches }, previous = []) {
  const buckets = new Map(stages.map((stage) => [stage.key, []]));
  for (const client of clients.values()) {
    const bucket = buckets.get(client.stage);
    if (bucket && (!matches || matches(client))) bucket.push(client);
  }
  const known = new Map(previous.map((column) => [column.stage.key, column]));
  return stages.map((stage) => {
    const list = buckets.get(stage.key).sort(byPosition);
    const before = known.get(stage.key);
    if (before && before.stage === stage && sameItems(before.clients, list)) return before;
    return { stage, clients: list, totals: totalsOf(list) };
  });
}

/** The column with `id` behind `previousId` (null: first); `item` stands for it. */
export function withInserted(clients, id, previousId, item) {
  const others = clients.filter((client) => client.id !== id);
  const index = previousId === null ? 0 : others.findIndex((client) => client.id === previousId) + 1;
  return [...others.slice(0, index), item, ...others.slice(index)];
}

/** Whom `id` stands behind in its column; null when it is first. */
export function previousIn(clients, id) {
  const index = clients.findIndex((client) => client.id === id);
  return index > 0 ? clients[index - 1].id : null;
}

function sameItems(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
