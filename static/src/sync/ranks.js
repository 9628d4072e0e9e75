// Ranks: strings that sort a column's cards, with room between any two (base 62 fractional indexing).
import { generateKeyBetween } from "fractional-indexing";

/** Orders clients as a column shows them. Ranks compare by code unit; ids break ties alike everywhere. */
export function byPosition(a, b) {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** A rank after `before` and ahead of `after`; null is an end. Equal or crossed neighbours count as `before` alone. */
export function rankBetween(before, after) {
  const upper = before !== null && after !== null && after <= before ? null : after;
  return generateKeyBetween(before, upper);
}

/** A rank behind every client of the stage. */
export function rankAtEnd(clients, stage) {
  let last = null;
  for (const client of clients.values()) {
    if (client.stage === stage && (last === null || client.position > last)) last = client.position;
  }
  return generateKeyBetween(last, null);
}

/** The rank that puts `id` right behind `previousId` (null: first) in a column sorted by position. */
export function rankBehind(column, id, previousId) {
  const others = column.filter((client) => client.id !== id);
  const index = previousId === null ? -1 : others.findIndex((client) => client.id === previousId);
  const before = index < 0 ? null : others[index].position;
  const after = others.slice(index + 1).find((client) => before === null || client.position > before);
  return rankBetween(before, after ? after.position : null);
}
