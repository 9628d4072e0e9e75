import assert from "node:assert/strict";
import { test } from "node:test";
import { byPosition, rankAtEnd, rankBehind, rankBetween } from "../../../static/src/sync/ranks.js";
import { client } from "./doubles.js";

test("there is always room between two ranks", () => {
  let [low, high] = ["a0", "a1"];
  for (let step = 0; step < 50; step += 1) {
    const middle = rankBetween(low, high);
    assert.ok(low < middle && middle < high);
    if (step % 2) low = middle;
    else high = middle;
  }
});

test("equal or crossed neighbours still give a rank behind the first", () => {
  assert.ok(rankBetween("a1", "a1") > "a1");
  assert.ok(rankBetween("a2", "a1") > "a2");
});

test("the end of a stage is behind its last client, whatever other stages hold", () => {
  const clients = new Map([
    ["a", client("a", { position: "a3" })],
    ["b", client("b", { stage: "won", position: "c000" })],
  ]);
  const rank = rankAtEnd(clients, "lead");
  assert.ok(rank > "a3" && rank < "c000");
  assert.equal(rankAtEnd(clients, "none"), "a0");
});

test("a card is put right behind another, or first", () => {
  const column = ["a1", "a2", "a3"].map((position, index) => client(`c${index}`, { position }));
  const moved = (previous) =>
    [...column.slice(0, 2), { ...column[2], position: rankBehind(column, "c2", previous) }].sort(byPosition);
  assert.deepEqual(
    moved("c0").map(({ id }) => id),
    ["c0", "c2", "c1"],
  );
  assert.deepEqual(
    moved(null).map(({ id }) => id),
    ["c2", "c0", "c1"],
  );
  assert.deepEqual(
    moved("c1").map(({ id }) => id),
    ["c0", "c1", "c2"],
  );
});

test("a card can be put behind one of two that share a rank", () => {
  const column = [client("c0", { position: "a1" }), client("c1", { position: "a1" }), client("c2", { position: "a2" })];
  const rank = rankBehind(column, "c9", "c0");
  assert.ok(rank > "a1" && rank < "a2");
});

test("ranks compare by code unit, capitals before small letters", () => {
  const sorted = [client("x", { position: "a0" }), client("y", { position: "Zz" })].sort(byPosition);
  assert.deepEqual(
    sorted.map(({ id }) => id),
    ["y", "x"],
  );
});
