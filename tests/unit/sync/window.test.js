import assert from "node:assert/strict";
import { test } from "node:test";
import { indexAt, indicesIn, scrollToShow, stacked } from "../../../static/src/virtual/window.js";

test("items of different heights stand below each other with a gap between", () => {
  const { tops, total } = stacked([10, 30, 20], 5);
  assert.deepEqual([...tops], [0, 15, 50]);
  assert.equal(total, 70);
  assert.deepEqual([...stacked([], 5).tops], []);
  assert.equal(stacked([], 5).total, 0);
});

test("an item of minus the gap takes no room at all", () => {
  const { tops, total } = stacked([10, -5, 20], 5);
  assert.deepEqual([...tops], [0, 15, 15]);
  assert.equal(total, 35);
});

test("of a long list only what is in sight is drawn, and what is kept", () => {
  const { tops } = stacked(new Array(10_000).fill(40), 10);
  assert.deepEqual(indicesIn(tops, 5_000, 5_149), [100, 101, 102]);
  assert.deepEqual(indicesIn(tops, -300, 60), [0, 1]);
  assert.deepEqual(indicesIn(tops, 499_950, 900_000), [9_999]);
  assert.deepEqual(indicesIn(tops, 0, 40, [7, -1, 0, 7]), [0, 7]);
  assert.deepEqual(indicesIn(tops, 100, 110, [1]), [1, 2]);
  assert.deepEqual(indicesIn([], 0, 100, [-1]), []);
});

test("the item at a height is the last that begins there or above", () => {
  const { tops } = stacked([10, 10, 10], 0);
  assert.deepEqual([-5, 0, 9, 10, 29, 500].map((y) => indexAt(tops, y)), [0, 0, 0, 1, 2, 2]);
});

test("a list is scrolled no further than needed to show an item", () => {
  const show = (top, now) => scrollToShow({ top, height: 50, now, room: 400, margin: 10 });
  assert.equal(show(100, 50), 50);
  assert.equal(show(100, 300), 90);
  assert.equal(show(900, 0), 560);
  assert.equal(show(0, 300), 0);
  assert.equal(scrollToShow({ top: 900, height: 600, now: 0, room: 400 }), 900);
});
