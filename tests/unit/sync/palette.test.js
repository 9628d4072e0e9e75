import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", {
  value: { languages: ["en-US"], platform: "Linux x86_64" },
  configurable: true,
});
const { fit, ranked } = await import("../../../static/src/actions/fuzzy.js");
const { actionFor, keyCaps } = await import("../../../static/src/actions/keys.js");

const clients = [
  { name: "Ana Souza", company: "Padaria Aurora", email: "ana@aurora.example" },
  { name: "Susana Prado", company: "Café do Cais", email: "s.prado@cais.example" },
  { name: "Marek Dvořák", company: "Aurora Analytics", email: null },
  { name: "Chen Wei", company: null, email: "chen@bluepeak.example" },
];
const texts = ({ name, company, email }) => [
  [name, 1],
  [company, 0.9],
  [email, 0.8],
];
const found = (query) => ranked(query, clients, texts, 8).map(({ item }) => item.name);

test("a text that begins so comes before a word that does, and that before one that has it inside", () => {
  assert.ok(fit("ana", "ana souza") > fit("ana", "susy ana"));
  assert.ok(fit("ana", "susy ana") > fit("ana", "susana"));
  assert.ok(fit("ana", "susana") > fit("asz", "ana souza"));
  assert.equal(fit("xyz", "ana souza"), 0);
});

test("scattered letters fit when they stand close together", () => {
  assert.ok(fit("bpk", "bluepeak") > 0);
  assert.equal(fit("al", "a very much longer line"), 0);
  assert.equal(fit("q", "bluepeak"), 0);
});

test("clients are found by name, company and email, whatever case and accents, the best first", () => {
  assert.deepEqual(found("ana"), ["Ana Souza", "Marek Dvořák", "Susana Prado"]);
  assert.deepEqual(found("DVORAK"), ["Marek Dvořák"]);
  assert.deepEqual(found("bluepeak"), ["Chen Wei"]);
  assert.deepEqual(found("cafe"), ["Susana Prado"]);
});

test("every word has to fit, each wherever it fits best", () => {
  assert.deepEqual(found("aurora marek"), ["Marek Dvořák"]);
  assert.deepEqual(found("ana cafe"), ["Susana Prado"]);
  assert.deepEqual(found("ana nobody"), []);
  assert.deepEqual(found("  "), []);
});

test("no more are found than asked for", () => {
  assert.equal(ranked("a", clients, texts, 2).length, 2);
});

const press = (key, more = {}) => ({ key, target: { closest: () => null }, ...more });
const typing = { target: { closest: () => ({}) } };
const actions = [{ key: "c" }, { key: "mod+k" }, { key: "?" }, { label: "without a key" }];

test("a letter is a shortcut unless somebody types, Ctrl or Cmd with one always", () => {
  assert.equal(actionFor(actions, press("c")).key, "c");
  assert.equal(actionFor(actions, press("?", { shiftKey: true })).key, "?");
  assert.equal(actionFor(actions, press("c", typing)), undefined);
  assert.equal(actionFor(actions, press("k", { ctrlKey: true, ...typing })).key, "mod+k");
  assert.equal(actionFor(actions, press("K", { metaKey: true })).key, "mod+k");
});

test("letters by themselves can be switched off", () => {
  assert.equal(actionFor(actions, press("c"), { letters: false }), undefined);
  assert.equal(actionFor(actions, press("k", { ctrlKey: true }), { letters: false }).key, "mod+k");
});

test("other keys, and keys with others, are left alone", () => {
  assert.equal(actionFor(actions, press("c", { ctrlKey: true })), undefined);
  assert.equal(actionFor(actions, press("c", { altKey: true })), undefined);
  assert.equal(actionFor(actions, press("k")), undefined);
  assert.equal(actionFor(actions, press("Enter")), undefined);
  assert.equal(actionFor(actions, press("c", { defaultPrevented: true })), undefined);
});

test("a shortcut is written as it stands on the keys", () => {
  assert.deepEqual(keyCaps("mod+k", false), ["Ctrl", "K"]);
  assert.deepEqual(keyCaps("mod+k", true), ["⌘", "K"]);
  assert.deepEqual(keyCaps("?", false), ["?"]);
});
