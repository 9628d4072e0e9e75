import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-US"] }, configurable: true });
const { filterCount, noFilters, plainView, sameFilters, searchOf, toggled, viewOf } =
  await import("../../../static/src/view/view.js");
const { matcherOf } = await import("../../../static/src/view/filter.js");
const { nextSort, sorted } = await import("../../../static/src/view/order.js");
const { allColumns, shownColumns, withColumn } = await import("../../../static/src/view/columns.js");
const { client } = await import("./doubles.js");
const { routeOf, paths } = await import("../../../static/src/app/router.js");

const NOW = new Date(2026, 4, 10, 15);
const at = (day) => new Date(2026, 4, day, 9).toISOString();
const eur = (major) => ({ amount: major * 100, currency: "EUR" });

test("a view and its address say the same", () => {
  const view = {
    ...plainView,
    layout: "table",
    query: "café & co",
    stages: ["lead", "won"],
    owners: ["me", "none"],
    tags: ["a,b", "c d"],
    min: 0,
    max: 1000.5,
    currency: "EUR",
    due: "overdue",
    sort: "-value",
    columns: ["name", "custom.Seats & rows"],
  };
  assert.deepEqual(viewOf(searchOf(view)), view);
  assert.deepEqual(viewOf(""), plainView);
  assert.equal(searchOf(plainView), "");
});

test("an address from somewhere else shows what can be made of it", () => {
  const view = viewOf("view=kanban&min=much&max=&due=someday&unknown=1&stage=lead");
  assert.deepEqual(view, { ...plainView, stages: ["lead"] });
});

test("a board's route carries its view, with a client's panel or without", () => {
  const search = searchOf({ ...plainView, query: "a/b?c" });
  assert.deepEqual(routeOf(paths.workspace("w 1", search)), { name: "board", workspace: "w 1", client: null, search });
  assert.deepEqual(routeOf(paths.client("w", "c/1", search)), { name: "board", workspace: "w", client: "c/1", search });
  assert.equal(routeOf("#/w/w").search, "");
});

test("filters are counted and compared by what they let through", () => {
  assert.equal(filterCount({ ...plainView, stages: ["lead"], min: 1, max: 2, query: "x" }), 2);
  assert.equal(sameFilters({ ...plainView, sort: "name" }, { ...plainView, ...noFilters }), true);
  assert.equal(sameFilters({ ...plainView, tags: ["a"] }, { ...plainView, tags: ["b"] }), false);
  assert.deepEqual(toggled(["a", "b"], "a"), ["b"]);
  assert.deepEqual(toggled(["a"], "b"), ["a", "b"]);
});

test("each filter lets through what it names, and all of them together", () => {
  const clients = [
    client("anas", { owner_id: "u1", tags: ["retail"], value: eur(500), next_action_at: at(9) }),
    client("bens", {
      owner_id: "u2",
      stage: "won",
      tags: ["retail", "north"],
      value: eur(1500),
      next_action_at: at(10),
    }),
    client("nobodys", { tags: ["north"], value: { amount: 900, currency: "JPY" }, next_action_at: at(16) }),
    client("idle", { owner_id: "u1" }),
    client("later", { next_action_at: at(30) }),
  ];
  const found = (fields) => {
    const matches = matcherOf({ ...plainView, ...fields }, { me: "u1", now: NOW });
    return clients.filter((one) => !matches || matches(one)).map(({ id }) => id);
  };
  assert.deepEqual(found({}).length, clients.length);
  assert.deepEqual(found({ stages: ["won", "lost"] }), ["bens"]);
  assert.deepEqual(found({ owners: ["me"] }), ["anas", "idle"]);
  assert.deepEqual(found({ owners: ["none", "u2"] }), ["bens", "nobodys", "later"]);
  assert.deepEqual(found({ tags: ["north"] }), ["bens", "nobodys"]);
  assert.deepEqual(found({ min: 500 }), ["anas", "bens", "nobodys"]);
  assert.deepEqual(found({ max: 900, currency: "EUR" }), ["anas"]);
  assert.deepEqual(found({ currency: "JPY" }), ["nobodys"]);
  assert.deepEqual(found({ due: "overdue" }), ["anas"]);
  assert.deepEqual(found({ due: "today" }), ["bens"]);
  assert.deepEqual(found({ due: "week" }), ["bens", "nobodys"]);
  assert.deepEqual(found({ due: "later" }), ["later"]);
  assert.deepEqual(found({ due: "none" }), ["idle"]);
  assert.deepEqual(found({ query: "BENS", tags: ["retail"], owners: ["u2"] }), ["bens"]);
  assert.deepEqual(found({ query: "bens", owners: ["me"] }), []);
});

test("rows are sorted by any column, what is empty last, equals as on the board", () => {
  const stages = [{ key: "lead" }, { key: "won" }];
  const members = new Map([["u1", { name: "Zoë" }], ["u2", { name: "Ana" }]]);
  const clients = [
    client("e", { stage: "won", company: "Émile", custom: { Seats: 3 } }),
    client("b", { position: "a1", value: eur(20), owner_id: "u1", custom: { Seats: 12 } }),
    client("a", { company: "émile 10", value: { amount: 900, currency: "JPY" }, owner_id: "u2" }),
    client("c", { stage: "won", position: "a1", company: "Émile 9", custom: { Seats: "many" } }),
  ];
  const by = (sort) => sorted(clients, sort, { stages, members, locale: "en" }).map(({ id }) => id).join("");
  assert.equal(by(null), "abec");
  assert.equal(by("company"), "ecab");
  assert.equal(by("-company"), "aceb");
  assert.equal(by("value"), "baec");
  assert.equal(by("-value"), "abec");
  assert.equal(by("owner"), "abec");
  assert.equal(by("-stage"), "ecab");
  assert.equal(by("custom.Seats"), "ebca");
  assert.equal(by("no such column"), "abec");
});

test("a press on a head sorts up, then down, then not at all", () => {
  assert.equal(nextSort(null, "name"), "name");
  assert.equal(nextSort("name", "name"), "-name");
  assert.equal(nextSort("-name", "name"), null);
  assert.equal(nextSort("-name", "value"), "value");
});

test("columns are the usual ones or those chosen, the name always first", () => {
  const all = allColumns([client("a", { custom: { Seats: 1 } }), client("b", { custom: { Area: "x", Seats: 2 } })]);
  assert.deepEqual(all.slice(-2), ["custom.Area", "custom.Seats"]);
  assert.equal(shownColumns(null)[0], "name");
  assert.deepEqual(shownColumns(["phone", "name", "nonsense", "custom.Seats"]), ["name", "phone", "custom.Seats"]);
  assert.deepEqual(withColumn(["phone"], "custom.Seats", all), ["name", "phone", "custom.Seats"]);
  assert.deepEqual(withColumn(["phone", "email"], "phone", all), ["name", "email"]);
});
