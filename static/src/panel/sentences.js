// A change of the history, in words.
import { customText } from "../format/custom.js";
import { shownValue } from "../format/field-values.js";
import { text } from "../text/index.js";
import { differences } from "./custom.js";

/** What changed: a move is one thing, whatever fields it touched. `board` names stages and people. */
export function sentencesOf(changes, board) {
  const moved = changes.some(({ field }) => field === "stage");
  const told = changes.filter(({ field }) => field !== "position" || (!moved && changes.length === 1));
  return told.flatMap(({ field, from, to }) =>
    field === "custom" ? customSentences(from, to) : [sentenceOf(field, from, to, board)],
  );
}

function sentenceOf(field, from, to, board) {
  const words = text.history;
  if (field === "position") return words.reordered;
  const name = words.fields[field] ?? field;
  if (field === "notes") return words.edited(name);
  const [before, after] = [from, to].map((value) => shownValue(field, value, board));
  return field === "stage" ? words.moved(before, after) : difference(name, before, after);
}

function customSentences(from, to) {
  return differences(from, to).map((change) =>
    change.to === undefined
      ? text.history.removed(change.name)
      : difference(change.name, customText(change.from), customText(change.to)),
  );
}

function difference(name, before, after) {
  const words = text.history;
  if (after === "") return words.cleared(name);
  return before === "" ? words.set(name, after) : words.changed(name, before, after);
}
