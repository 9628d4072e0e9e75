// Operations on many clients at once, and what became of them.
import { generateNKeysBetween } from "fractional-indexing";
import { byPosition } from "../sync/ranks.js";

export const MOST_OPERATIONS = 500; // in one command; the server's bound

/** To the end of a stage, in the order given. `all` are the board's clients. */
export function moves(clients, stage, all) {
  const moving = clients.filter((client) => client.stage !== stage);
  const last = [...all].filter((client) => client.stage === stage).sort(byPosition).at(-1);
  const ranks = generateNKeysBetween(last?.position ?? null, null, moving.length);
  return moving.map((client, index) => update(client, { stage, position: ranks[index] }));
}

export function assignments(clients, owner) {
  return clients.filter((client) => client.owner_id !== owner).map((client) => update(client, { owner_id: owner }));
}

export function taggings(clients, tag) {
  const lacking = clients.filter(({ tags }) => !tags.includes(tag));
  return lacking.map((client) => update(client, { tags: [...client.tags, tag] }));
}

export function untaggings(clients, tag) {
  const having = clients.filter(({ tags }) => tags.includes(tag));
  return having.map((client) => update(client, { tags: client.tags.filter((other) => other !== tag) }));
}

export function deletions(clients) {
  return clients.map(({ id }) => ({ op: "client.delete", client_id: id }));
}

export function restorations(clients) {
  return clients.map(({ id }) => ({ op: "client.restore", client_id: id }));
}

/** In commands of a size that the server takes. */
export function inCommands(operations) {
  const count = Math.ceil(operations.length / MOST_OPERATIONS);
  return Array.from({ length: count }, (_, index) =>
    operations.slice(index * MOST_OPERATIONS, (index + 1) * MOST_OPERATIONS),
  );
}

/** What was refused, and why: [{id, problem}]. `results` in the order of `operations`. */
export function refusals(operations, results) {
  return operations.flatMap(({ client_id: id }, index) => {
    const { problem } = results[index];
    return problem ? [{ id, problem }] : [];
  });
}

function update({ id }, data) {
  return { op: "client.update", client_id: id, data };
}
