// Custom fields as plain JSON values: text, number, a day ("2027-03-01") or yes and no. Pure.

export const KINDS = ["text", "number", "date", "checkbox"];
export const LONGEST_NAME = 60;
export const LONGEST_TEXT = 2_000;
export const MOST_FIELDS = 50;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LONGEST_EDITING = 60; // the server's bound for the name of a field that somebody edits

/** How a value is edited. */
export function kindOf(value) {
  if (typeof value === "boolean") return "checkbox";
  if (typeof value === "number") return "number";
  return typeof value === "string" && DAY.test(value) ? "date" : "text";
}

/** What a field of some kind holds while nothing was entered. */
export function blankOf(kind) {
  return { text: "", number: 0, date: "", checkbox: false }[kind];
}

/** The value that was typed, as JSON; undefined when it is none of that kind. */
export function parsed(kind, typed) {
  const bare = typed.trim();
  if (kind === "number") {
    const number = Number(bare.replace(",", "."));
    return bare === "" ? null : Number.isFinite(number) ? number : undefined;
  }
  return kind === "text" ? typed : bare;
}

/** `custom` with the field renamed, in its place. */
export function renamed(custom, from, to) {
  return Object.fromEntries(Object.entries(custom).map(([name, value]) => [name === from ? to : name, value]));
}

export function without(custom, name) {
  return Object.fromEntries(Object.entries(custom).filter(([other]) => other !== name));
}

/** What is wrong with a new name: "needed", "taken", or nothing. */
export function nameFault(custom, name) {
  if (name === "") return "needed";
  return Object.hasOwn(custom, name) ? "taken" : null;
}

/** What differs between two states: [{name, from, to}]; undefined where the field was not there. */
export function differences(from, to) {
  const names = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])];
  return names
    .map((name) => ({ name, from: from?.[name], to: to?.[name] }))
    .filter((change) => change.from !== change.to);
}

/** The name under which presence tells that somebody edits this field. */
export function editingName(name) {
  return `custom.${name}`.slice(0, LONGEST_EDITING);
}
