import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceOf, isStale } from "../../../static/src/assistant/difference.js";

const client = { id: "c-1", name: "Acme", stage: "lead", company: "Acme Ltd", phone: null, version: 3 };

function update(data, more = {}) {
  return {
    op: "client.update",
    status: "open",
    stale: false,
    client_id: "c-1",
    base_version: 3,
    before: { stage: "won", company: "Before" },
    data,
    ...more,
  };
}

test("an open proposal differs from what stands on the board now, in the order of the panel", () => {
  const proposal = update({ phone: "1", stage: "contacted", company: "Acme Inc", position: "a5" });
  assert.deepEqual(differenceOf(proposal, client), [
    { field: "company", before: "Acme Ltd", after: "Acme Inc" },
    { field: "stage", before: "lead", after: "contacted" },
    { field: "phone", before: null, after: "1" },
  ]);
});

test("a decided proposal differs from what stood when it was made", () => {
  const [company] = differenceOf(update({ company: "Acme Inc" }, { status: "applied" }), client);
  assert.equal(company.before, "Before");
});

test("a new client has nothing before, and a comment no fields", () => {
  const create = { op: "client.create", status: "open", data: { name: "Globex" }, before: null, client_id: null };
  assert.deepEqual(differenceOf(create, null), [{ field: "name", before: undefined, after: "Globex" }]);
  assert.deepEqual(differenceOf({ op: "comment.create", status: "open", data: { body: "Hi" } }, client), []);
});

test("a proposal is stale when its client has moved on or gone, as long as nobody has decided", () => {
  assert.equal(isStale(update({}), client), false);
  assert.equal(isStale(update({}), { ...client, version: 4 }), true);
  assert.equal(isStale(update({}, { stale: true }), client), true);
  assert.equal(isStale(update({}), null), true);
  assert.equal(isStale(update({}, { status: "applied" }), { ...client, version: 4 }), false);
  assert.equal(isStale({ ...update({}), op: "client.create" }, null), false);
  assert.equal(isStale({ ...update({}), op: "comment.create", base_version: null }, client), false);
});
