// How well a few typed letters fit a text. Pure.
import { plain } from "../view/search.js";

const LOOSEST = 3; // letters that are more than so many times their number apart fit nothing

/** Zero when it does not fit; more is better. Both are plain text already. */
export function fit(word, text) {
  const at = text.indexOf(word);
  if (at === 0) return 100 - text.length / 100;
  if (at > 0) return (isWordStart(text, at) ? 80 : 60) - text.length / 100;
  return word.length < 2 ? 0 : scattered(word, text);
}

/** The letters in their order, with others between. */
function scattered(word, text) {
  let best = 0;
  for (let start = text.indexOf(word[0]); start >= 0; start = text.indexOf(word[0], start + 1)) {
    let at = start;
    let index = 1;
    while (index < word.length && (at = text.indexOf(word[index], at + 1)) >= 0) index += 1;
    if (index < word.length) break;
    const span = at - start + 1;
    if (span > word.length * LOOSEST) continue;
    best = Math.max(best, (40 * word.length) / span + (isWordStart(text, start) ? 10 : 0));
  }
  return best;
}

function isWordStart(text, at) {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);
}

/**
 * The items that fit, best first: [{item, score}]. Every word of the query must fit one of the item's texts:
 * `textsOf(item)` is [[text, weight], …].
 */
export function ranked(query, items, textsOf, most) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = [];
  for (const item of items) {
    const texts = textsOf(item)
      .filter(([text]) => text)
      .map(([text, weight]) => [plain(text), weight]);
    let score = 0;
    for (const word of words) {
      const best = texts.reduce((most, [text, weight]) => Math.max(most, fit(word, text) * weight), 0);
      if (best === 0) {
        score = 0;
        break;
      }
      score += best;
    }
    if (score > 0) found.push({ item, score: score / words.length });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, most);
}
