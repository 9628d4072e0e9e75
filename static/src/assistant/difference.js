// What a proposal would change, field by field.

const ORDER = ["name", "company", "stage", "owner_id", "value", "next_action_at", "tags", "email", "phone", "notes"];

/**
 * [{field, before, after}] in the order of the panel; `before` is undefined for what would be new. `client` is the
 * record as it stands now (null when there is none): as long as nothing is decided, the difference is to that.
 */
export function differenceOf(proposal, client) {
  const { data, op, status } = proposal;
  if (op === "comment.create") return [];
  const known = status === "open" && client ? client : proposal.before;
  const place = (field) => (ORDER.includes(field) ? ORDER.indexOf(field) : ORDER.length);
  return Object.keys(data)
    .filter((field) => field !== "id" && field !== "position")
    .sort((a, b) => place(a) - place(b))
    .map((field) => ({
      field,
      before: op === "client.create" ? undefined : (known?.[field] ?? null),
      after: data[field],
    }));
}

/** Has the client moved on, or gone, since this was proposed? */
export function isStale(proposal, client) {
  if (proposal.status !== "open" || proposal.op === "client.create") return false;
  if (proposal.stale || client === null) return true;
  return proposal.base_version !== null && client.version > proposal.base_version;
}
