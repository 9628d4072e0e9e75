import assert from "node:assert/strict";
import { test } from "node:test";
import { assignments, deletions, inCommands, moves, refusals, taggings } from "../../../static/src/table/bulk.js";
import { allOrNone, moved, nothingSelected, pressed, pruned } from "../../../static/src/table/selection.js";

const ids = ["a", "b", "c", "d", "e"];
const chosen = (selection) => [...selection.chosen].sort().join("");

test("a press switches a row, and with Shift chooses up to it", () => {
  let selection = pressed(nothingSelected, ids, "b");
  assert.equal(chosen(selection), "b");
  selection = pressed(selection, ids, "d", { range: true });
  assert.equal(chosen(selection), "bcd");
  selection = pressed(selection, ids, "c");
  assert.equal(chosen(selection), "bd");
  assert.equal(chosen(pressed(nothingSelected, ids, "c", { range: true })), "c");
});

test("arrows move the active row and stop at the ends; with Shift they choose", () => {
  let selection = moved(nothingSelected, ids, 1);
  assert.equal(selection.active, "a");
  selection = moved(selection, ids, -1);
  assert.equal(selection.active, "a");
  selection = moved(selection, ids, 2);
  selection = moved(selection, ids, 1, { extend: true });
  selection = moved(selection, ids, 1, { extend: true });
  assert.equal(chosen(selection), "cde");
  selection = moved(selection, ids, -3, { extend: true });
  assert.equal(chosen(selection), "bc");
  assert.equal(moved(nothingSelected, ids, -1).active, "e");
  assert.equal(moved(nothingSelected, ids, ids.length).active, "e");
  assert.equal(moved(nothingSelected, [], 1), nothingSelected);
});

test("all are chosen at once, and none the second time", () => {
  const all = allOrNone(nothingSelected, ids);
  assert.equal(chosen(all), "abcde");
  assert.equal(chosen(allOrNone(all, ids)), "");
});

test("rows that have gone are no longer chosen", () => {
  const selection = pressed(pressed(nothingSelected, ids, "a"), ids, "c");
  assert.equal(pruned(selection, ids), selection);
  const left = pruned(selection, ["a", "b"]);
  assert.equal(chosen(left), "a");
  assert.equal(left.active, null);
});

test("many clients move to the end of a stage in the order that they had", () => {
  const there = { id: "w", stage: "won", position: "a5" };
  const [first, second] = [
    { id: "x", stage: "lead", position: "a9" },
    { id: "y", stage: "lost", position: "a1" },
  ];
  const operations = moves([first, there, second], "won", [there, first, second]);
  assert.deepEqual(operations.map(({ client_id: id }) => id), ["x", "y"]);
  const ranks = operations.map(({ data }) => data.position);
  assert.ok("a5" < ranks[0] && ranks[0] < ranks[1]);
});

test("what is so already takes no operation", () => {
  const clients = [
    { id: "a", owner_id: "u", tags: ["x"] },
    { id: "b", owner_id: null, tags: [] },
  ];
  assert.deepEqual(assignments(clients, "u"), [{ op: "client.update", client_id: "b", data: { owner_id: "u" } }]);
  assert.deepEqual(taggings(clients, "x"), [{ op: "client.update", client_id: "b", data: { tags: ["x"] } }]);
});

test("more operations than the server takes go in several commands, and each refusal is told", () => {
  const operations = deletions(Array.from({ length: 1_100 }, (_, number) => ({ id: `c${number}` })));
  assert.deepEqual(inCommands(operations).map((part) => part.length), [500, 500, 100]);
  const problem = { status: 404, detail: "There is no such client." };
  const results = [{ status: 204 }, { status: 404, problem }];
  assert.deepEqual(refusals(operations.slice(0, 2), results), [{ id: "c1", problem }]);
});
