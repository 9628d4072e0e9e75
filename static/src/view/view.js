// How the clients are looked at: layout, filters, order and columns, and the same as the search part of an address.
// The parameters that REST knows too have its names: q, stage, owner, tag (each any of them) and sort.

export const LAYOUTS = ["board", "table"];
/** What may be asked of the next action's day. */
export const DUES = ["overdue", "today", "week", "later", "none"];
export const NOBODY = "none";
export const MYSELF = "me";

/** `min` and `max` are in whole units of `currency` (null: any); `sort` is a column, "-" in front for descending. */
export const plainView = Object.freeze({
  layout: "board",
  query: "",
  stages: [],
  owners: [],
  tags: [],
  min: null,
  max: null,
  currency: null,
  due: null,
  sort: null,
  columns: null,
});

const FILTERS = ["query", "stages", "owners", "tags", "min", "max", "currency", "due"];
/** The part of the plain view that lets every client through. */
export const noFilters = Object.freeze(Object.fromEntries(FILTERS.map((name) => [name, plainView[name]])));

export function viewOf(search) {
  const params = new URLSearchParams(search);
  const one = (name, allowed) => (allowed.includes(params.get(name)) ? params.get(name) : null);
  return {
    layout: one("view", LAYOUTS) ?? plainView.layout,
    query: params.get("q") ?? "",
    stages: params.getAll("stage"),
    owners: params.getAll("owner"),
    tags: params.getAll("tag"),
    min: numberOf(params.get("min")),
    max: numberOf(params.get("max")),
    currency: params.get("currency") || null,
    due: one("due", DUES),
    sort: params.get("sort") || null,
    columns: params.has("column") ? params.getAll("column") : null,
  };
}

/** The shortest search that `viewOf` reads back as this view. */
export function searchOf(view) {
  const params = new URLSearchParams();
  const add = (name, value) => value !== null && value !== "" && params.append(name, value);
  if (view.layout !== plainView.layout) add("view", view.layout);
  add("q", view.query.trim());
  for (const stage of view.stages) add("stage", stage);
  for (const owner of view.owners) add("owner", owner);
  for (const tag of view.tags) add("tag", tag);
  add("min", view.min);
  add("max", view.max);
  add("currency", view.currency);
  add("due", view.due);
  add("sort", view.sort);
  for (const column of view.columns ?? []) add("column", column);
  return params.toString();
}

/** How many of a view's filters let not every client through, words aside. */
export function filterCount({ stages, owners, tags, min, max, currency, due }) {
  const valued = min !== null || max !== null || currency !== null;
  return [stages.length > 0, owners.length > 0, tags.length > 0, valued, due !== null].filter(Boolean).length;
}

export function isFiltered(view) {
  return view.query.trim() !== "" || filterCount(view) > 0;
}

/** The filters of two views are the same. */
export function sameFilters(a, b) {
  return FILTERS.every((name) => (Array.isArray(a[name]) ? sameList(a[name], b[name]) : a[name] === b[name]));
}

/** `list` with `item`, or without it if it was there. */
export function toggled(list, item) {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

function sameList(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function numberOf(text) {
  const number = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}
