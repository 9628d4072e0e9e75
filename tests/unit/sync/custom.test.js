import assert from "node:assert/strict";
import { test } from "node:test";
import {
  differences,
  editingName,
  kindOf,
  nameFault,
  parsed,
  renamed,
  without,
} from "../../../static/src/panel/custom.js";
import { reversal } from "../../../static/src/panel/revert.js";

test("a custom field is edited as what its value is", () => {
  assert.deepEqual([true, 3.5, "2027-03-01", "soon", "", null].map(kindOf), [
    "checkbox",
    "number",
    "date",
    "text",
    "text",
    "text",
  ]);
});

test("what was typed becomes a plain JSON value, or none", () => {
  assert.equal(parsed("number", " 12,5 "), 12.5);
  assert.equal(parsed("number", ""), null);
  assert.equal(parsed("number", "many"), undefined);
  assert.equal(parsed("date", "2027-03-01"), "2027-03-01");
  assert.equal(parsed("text", " as it is "), " as it is ");
});

test("a field is renamed in its place, removed, and may not have a name twice", () => {
  const custom = { a: 1, b: 2, c: 3 };
  assert.deepEqual(Object.entries(renamed(custom, "b", "x")), [["a", 1], ["x", 2], ["c", 3]]);
  assert.deepEqual(without(custom, "b"), { a: 1, c: 3 });
  assert.equal(nameFault(custom, "a"), "taken");
  assert.equal(nameFault(custom, ""), "needed");
  assert.equal(nameFault(custom, "toString"), null);
});

test("presence takes names of up to 60 characters", () => {
  assert.equal(editingName("x".repeat(60)).length, 60);
});

test("what differs between two states of the custom fields is told by field", () => {
  assert.deepEqual(differences({ a: 1, b: 2 }, { b: 3, c: true }), [
    { name: "a", from: 1, to: undefined },
    { name: "b", from: 2, to: 3 },
    { name: "c", from: undefined, to: true },
  ]);
});

const entry = (...changes) => ({ op: "updated", changes });

test("a change is taken back by the values from before", () => {
  const client = { company: "New", tags: ["x"], custom: {} };
  const change = entry({ field: "company", from: "Old", to: "New" }, { field: "tags", from: [], to: ["x"] });
  assert.deepEqual(reversal(change, client), { company: "Old", tags: [] });
});

test("nothing is offered when nothing of the change is left, or when it made or ended the client", () => {
  const value = { currency: "EUR", amount: 5 };
  const change = entry({ field: "value", from: { amount: 5, currency: "EUR" }, to: null });
  assert.equal(reversal(change, { value, custom: {} }), null);
  assert.equal(reversal({ op: "created", changes: [{ field: "name", from: null, to: "A" }] }, { name: "A" }), null);
});

test("a move is not offered to who is back in the old stage already", () => {
  const change = entry({ field: "stage", from: "lead", to: "won" }, { field: "position", from: "a0", to: "a5" });
  assert.equal(reversal(change, { stage: "lead", position: "a3", custom: {} }), null);
  assert.deepEqual(reversal(change, { stage: "won", position: "a5", custom: {} }), { stage: "lead", position: "a0" });
});

test("of custom fields only what the change did is taken back", () => {
  const change = entry({ field: "custom", from: { seats: 1, old: "x" }, to: { seats: 2, fresh: true } });
  const client = { custom: { seats: 2, fresh: true, later: "y" } };
  assert.deepEqual(reversal(change, client), { custom: { seats: 1, later: "y", old: "x" } });
});
