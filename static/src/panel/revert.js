// Taking one change back: the fields that it touched get the values from before. Pure.
import { differences, without } from "./custom.js";

/** What a `client.update` has to say to take `entry` of the history back; null when nothing is left of it. */
export function reversal(entry, client) {
  if (entry.op !== "updated") return null;
  const data = {};
  const stayed = entry.changes.some(({ field, from }) => field === "stage" && from === client.stage);
  for (const { field, from, to } of entry.changes) {
    if (stayed && field === "position") continue; // in its old stage already, wherever there
    data[field] = field === "custom" ? customBefore(client.custom, from, to) : from;
  }
  const done = Object.entries(data).every(([field, value]) => same(client[field], value));
  return done ? null : data;
}

/** Only what that change did to the custom fields; later changes of others stay. */
function customBefore(custom, from, to) {
  return differences(from, to).reduce(
    (next, change) =>
      change.from === undefined ? without(next, change.name) : { ...next, [change.name]: change.from },
    custom,
  );
}

function same(a, b) {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
