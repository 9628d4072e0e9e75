import assert from "node:assert/strict";
import { test } from "node:test";
import { isSample, removalOperations, sampleOperations } from "../../../static/src/samples/samples.js";

const NOW = Date.parse("2026-01-05T12:00:00Z");
const stages = ["lead", "contacted", "proposal", "won", "lost"].map((key) => ({ key }));
const wanted = { language: "en", locale: "en-GB", stages, userId: "u-ana", now: NOW };

test("samples stand in every stage, are marked, and some are due", () => {
  const clients = sampleOperations(wanted).map(({ op, data }) => (assert.equal(op, "client.create"), data));
  assert.deepEqual(new Set(clients.map(({ stage }) => stage)), new Set(stages.map(({ key }) => key)));
  assert.ok(clients.every(isSample));
  const due = clients.filter(({ next_action_at: when }) => when && Date.parse(when) <= NOW);
  assert.ok(due.length > 0);
});

test("samples speak the language of the page and have its money", () => {
  const currencies = (more) => new Set(sampleOperations({ ...wanted, ...more }).map(({ data }) => data.value.currency));
  assert.deepEqual(currencies({}), new Set(["GBP"]));
  assert.deepEqual(currencies({ locale: "en-IE" }), new Set(["EUR"]));
  assert.deepEqual(currencies({ language: "pt-BR", locale: "pt-BR" }), new Set(["BRL"]));
});

test("a board of fewer stages takes them all the same", () => {
  const few = sampleOperations({ ...wanted, stages: stages.slice(0, 2) });
  assert.ok(few.every(({ data }) => ["lead", "contacted"].includes(data.stage)));
});

test("only what is marked as a sample is removed", () => {
  const clients = [
    { id: "c-1", custom: { sample: true } },
    { id: "c-2", custom: {} },
    { id: "c-3", custom: { sample: "yes" } },
  ];
  assert.deepEqual(removalOperations(clients), [{ op: "client.delete", client_id: "c-1" }]);
});
