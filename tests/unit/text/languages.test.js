import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../../../static/src/text/en.js";
import { languageOf, localeOf } from "../../../static/src/text/language.js";
import { ptBR } from "../../../static/src/text/pt-BR.js";
import * as security from "../../../static/src/account/security-words.js";
import * as webhooks from "../../../static/src/webhooks/words.js";

/** Every word's path, with what it is: "text", or a function and how much it takes. */
function shapeOf(words, path = "") {
  return Object.entries(words).flatMap(([name, word]) => {
    const here = path ? `${path}.${name}` : name;
    if (typeof word === "function") return [`${here} takes ${word.length}`];
    if (Array.isArray(word)) return [`${here} is a list of ${word.length}`];
    return typeof word === "string" ? [`${here} is text`] : shapeOf(word, here);
  });
}

test("every language says the same things", () => {
  assert.deepEqual(shapeOf(ptBR), shapeOf(en));
});

test("so do the words that are loaded with a dialog", () => {
  assert.deepEqual(shapeOf(security.ptBR), shapeOf(security.en));
  assert.deepEqual(shapeOf(webhooks.ptBR), shapeOf(webhooks.en));
});

test("what somebody chose comes before what the browser wants", () => {
  assert.equal(languageOf({ stored: "en", wanted: ["pt-BR"] }), "en");
  assert.equal(languageOf({ stored: null, wanted: ["pt-BR"] }), "pt-BR");
  assert.equal(languageOf({ stored: "tlh", wanted: ["pt-BR"] }), "pt-BR");
});

test("the first language of the browser that the app speaks is taken, in whatever variant", () => {
  assert.equal(languageOf({ stored: null, wanted: ["fi", "pt-PT", "en"] }), "pt-BR");
  assert.equal(languageOf({ stored: null, wanted: ["en-GB", "pt-BR"] }), "en");
  assert.equal(languageOf({ stored: null, wanted: ["fi", "de"] }), "en");
  assert.equal(languageOf({ stored: null, wanted: [] }), "en");
});

test("dates and money follow the person's variant of the language in use", () => {
  assert.equal(localeOf("en", ["pt-BR", "en-GB"]), "en-GB");
  assert.equal(localeOf("pt-BR", ["en-US"]), "pt-BR");
});
