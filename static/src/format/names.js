import { locale } from "../text/index.js";

/** "AS" for Ana Souza, "B" for Ben. Takes whole characters, so that no letter is cut. */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  const first = (word) => [...(word ?? "")][0] ?? "";
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toUpperCase() || "?";
}

/** One of `count` tones, the same for the same id everywhere. */
export function toneOf(id, count = 8) {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  return hash % count;
}

const list = new Intl.ListFormat(locale, { type: "conjunction" });

export function joinNames(names) {
  return list.format(names);
}
