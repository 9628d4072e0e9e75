import assert from "node:assert/strict";
import { test } from "node:test";
import { client, liveBoard, settle } from "./doubles.js";

/** What IndexedDB would do, in memory. */
function memory() {
  const records = [];
  return {
    records,
    read: async () => structuredClone(records),
    add: async (record) => void records.push(structuredClone(record)),
    async remove(id) {
      const at = records.findIndex((record) => record.id === id);
      if (at >= 0) records.splice(at, 1);
    },
  };
}

const rename = (name) => ({ op: "client.update", client_id: "c-1", data: { name } });

test("a command that has its answer is kept no longer", async () => {
  const kept = memory();
  const { sync, server, clock } = await liveBoard({ seed: (server) => server.put(client("c-1")), sync: { kept } });
  server.answersCommands = false;
  sync.send(rename("New"));
  await settle();
  assert.deepEqual(
    kept.records.map(({ command }) => command.data.name),
    ["New"],
  );
  await clock.advance(10_000);
  assert.equal(server.clients.get("c-1").name, "New");
  assert.deepEqual(kept.records, []);
});

test("what a page could not send, the next one sends, in order and under the same ids", async () => {
  const kept = memory();
  const first = await liveBoard({ sync: { kept } });
  first.server.reachable = false;
  first.server.allowsSockets = false;
  first.server.socket.drop();
  first.sync.send({ op: "client.create", data: { id: "c-9", name: "Acme", stage: "lead", position: "a0" } });
  first.sync.send({ op: "client.update", client_id: "c-9", data: { name: "Acme Inc" } });
  await settle();
  first.sync.stop();
  const ids = kept.records.map(({ id }) => id);
  assert.equal(ids.length, 2);

  const second = await liveBoard({ sync: { kept, newId: () => assert.fail("nothing new is sent") } });
  await second.clock.advance(1_000);
  assert.deepEqual(second.server.effects, ids);
  assert.equal(second.server.clients.get("c-9").name, "Acme Inc");
  assert.equal(second.card("c-9").name, "Acme Inc");
  assert.deepEqual(kept.records, []);
});

test("what had its effect already has no second one", async () => {
  const kept = memory();
  const first = await liveBoard({ sync: { kept } });
  first.server.losesAcks = true;
  const taken = first.sync.send({ op: "comment.create", client_id: "c-1", data: { id: "k-1", body: "Hello" } });
  const [record] = structuredClone(kept.records);
  await taken;
  await settle();
  kept.records.push(record); // the page went away before it could forget the command
  const outcomes = first.server.outcomes;

  const second = await liveBoard({ seed: (server) => (server.outcomes = outcomes), sync: { kept } });
  await second.clock.advance(10_000);
  assert.deepEqual(second.server.effects, []);
  assert.deepEqual(kept.records, []);
});

test("of a bulk command only the clients that it brings back are kept", async () => {
  const kept = memory();
  const { sync, server } = await liveBoard({ sync: { kept } });
  server.answersCommands = false;
  const clients = new Map([
    ["c-1", { id: "c-1" }],
    ["c-2", { id: "c-2" }],
  ]);
  const operations = [
    { op: "client.restore", client_id: "c-1" },
    { op: "client.delete", client_id: "c-2" },
  ];
  sync.send({ op: "client.bulk", operations }, { clients });
  await settle();
  assert.deepEqual([...kept.records[0].local.clients.keys()], ["c-1"]);
});

test("a browser that keeps nothing is no hindrance, and is known to be unsafe", async () => {
  const refuse = async () => {
    throw new Error("storage is forbidden");
  };
  const { sync, server } = await liveBoard({ sync: { kept: { read: refuse, add: refuse, remove: refuse } } });
  server.answersCommands = false;
  sync.send(rename("New"));
  await settle();
  assert.equal(sync.unsafe, true);
});
