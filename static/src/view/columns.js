// The columns that a table may have. A custom field's column is "custom." and the field's name.

const CUSTOM = "custom.";

/** In the order of the columns' menu. */
export const COLUMNS = [
  "name",
  "company",
  "stage",
  "value",
  "owner",
  "tags",
  "next_action_at",
  "email",
  "phone",
  "created_at",
  "updated_at",
];
const USUAL = ["name", "company", "stage", "value", "owner", "tags", "next_action_at"];

export const isCustom = (column) => column.startsWith(CUSTOM);
export const nameOfCustom = (column) => column.slice(CUSTOM.length);
export const customColumn = (name) => CUSTOM + name;

/** Every column that these clients may be shown with. */
export function allColumns(clients) {
  const names = new Set();
  for (const { custom } of clients) for (const name in custom) names.add(name);
  return [...COLUMNS, ...[...names].sort((a, b) => a.localeCompare(b)).map(customColumn)];
}

/** What a table shows for `chosen` (null: the usual ones). The name is always there, and first. */
export function shownColumns(chosen) {
  const known = (chosen ?? USUAL).filter((column) => COLUMNS.includes(column) || isCustom(column));
  return ["name", ...known.filter((column) => column !== "name")];
}

/** The choice after `column` was switched on or off, in the order of `all`. */
export function withColumn(chosen, column, all) {
  const shown = new Set(shownColumns(chosen));
  if (shown.has(column)) shown.delete(column);
  else shown.add(column);
  return all.filter((other) => other === "name" || shown.has(other));
}
