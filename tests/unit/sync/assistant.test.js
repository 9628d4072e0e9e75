import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder } from "../../../static/src/sync/thread.js";
import { liveBoard, settle } from "./doubles.js";

const texts = (sync) => inOrder(sync.state.assistant).map(({ text }) => text);

function stream(server, event, fields) {
  server.socket.receive({ type: "assistant", event, message_id: "m-1", offset: 0, text: "", ...fields });
}

function begin(server, text = "") {
  const { text: _, ...message } = server.say("m-1");
  stream(server, "started", { text, message });
}

test("what is being written shows, whether or not somebody has opened the thread", async () => {
  const { sync, server } = await liveBoard();
  begin(server, "Acme ");
  stream(server, "delta", { offset: 5, text: "is due" });
  await settle();
  assert.deepEqual(texts(sync), ["Acme is due"]);
  assert.equal(sync.state.assistant.reading, "unread");
});

test("an opened thread has the newest messages, and earlier ones when asked for", async () => {
  const { sync } = await liveBoard({
    seed: (server) => ["one", "two", "three"].forEach((text, at) => server.say(`m-${at}`, { text, status: "done" })),
    sync: { limits: { threadPage: 2 } },
  });
  await sync.openThread();
  await settle();
  assert.deepEqual(texts(sync), ["two", "three"]);
  assert.equal(sync.state.assistant.more, true);
  await sync.readEarlierMessages();
  await settle();
  assert.deepEqual(texts(sync), ["one", "two", "three"]);
  assert.equal(sync.state.assistant.more, false);
});

test("a hole is mended by reading the message, again if what is stored lags behind", async () => {
  const { sync, server, clock } = await liveBoard();
  await sync.openThread();
  begin(server);
  server.say("m-1", { text: "Ac" });
  stream(server, "delta", { offset: 5, text: "is due" });
  await settle();
  assert.deepEqual(texts(sync), ["Ac"]);
  server.say("m-1", { text: "Acme is" });
  await clock.advance(1_000);
  assert.deepEqual(texts(sync), ["Acme is due"]);
});

test("what was said while the socket was away is read after the next welcome", async () => {
  const { sync, server, clock } = await liveBoard();
  await sync.openThread();
  begin(server, "Acme ");
  server.socket.drop();
  server.say("m-1", { text: "Acme is due", status: "done" });
  server.say("m-2", { text: "Second", status: "done" });
  await clock.advance(5_000);
  assert.deepEqual(texts(sync), ["Acme is due", "Second"]);
});

test("without sockets the thread is read now and then", async () => {
  const { sync, server, clock } = await liveBoard({ seed: (server) => (server.allowsSockets = false) });
  await clock.advance(20_000);
  assert.equal(sync.state.connection, "polling");
  await sync.openThread();
  server.say("m-1", { text: "Acme" });
  await clock.advance(3_000);
  assert.deepEqual(texts(sync), ["Acme"]);
  server.say("m-1", { text: "Acme is due", status: "done" });
  await clock.advance(3_000);
  assert.deepEqual(texts(sync), ["Acme is due"]);
});

test("a question waits in sight until the server has it, and then stands in the thread", async () => {
  const { sync, server, clock } = await liveBoard();
  server.answersCommands = false;
  const answered = sync.send({ op: "assistant.ask", data: { prompt: "Who is due?" } });
  assert.deepEqual(
    sync.state.asking.map(({ command }) => command.data.prompt),
    ["Who is due?"],
  );
  await clock.advance(10_000);
  const { id } = await answered;
  assert.deepEqual(sync.state.asking, []);
  assert.equal(sync.state.pending, 0);
  assert.equal(sync.state.assistant.messages.get(id).prompt, "Who is due?");
  assert.equal(server.effects.length, 1);
});

test("a question asked while the socket is away goes over REST, once", async () => {
  const { sync, server, clock } = await liveBoard();
  server.allowsSockets = false;
  server.socket.drop();
  sync.send({ op: "assistant.ask", client_id: "c-1", data: { prompt: "Who is due?" } });
  await clock.advance(1_000);
  const [asked] = server.requests.filter(({ method }) => method === "POST");
  assert.equal(asked.path, "/assistant/messages");
  assert.deepEqual(asked.body, { prompt: "Who is due?", client_id: "c-1" });
  assert.equal(server.effects.length, 1);
  assert.deepEqual(texts(sync), [""]);
});

test("a thread that cannot be read says so and is read at the next try", async () => {
  const { sync, server } = await liveBoard();
  server.reachable = false;
  await sync.openThread();
  assert.equal(sync.state.assistant.reading, "failed");
  server.reachable = true;
  await sync.openThread();
  assert.equal(sync.state.assistant.reading, "read");
});
