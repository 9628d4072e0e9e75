import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Parser } from "@asyncapi/parser";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const text = execFileSync(join(root, ".venv/bin/python"), ["-m", "server.description", "asyncapi"], {
  cwd: root,
  encoding: "utf8",
});

test("the official parser takes the description of the channel as it is", async () => {
  const { document, diagnostics } = await new Parser().parse(text);

  const faults = diagnostics.filter(({ code }) => code !== "asyncapi-latest-version"); // 3.0 is what is promised
  assert.deepEqual(faults, []);
  assert.equal(document.version(), "3.0.0");
  assert.equal(document.channels().all()[0].address(), "/ws/workspaces/{workspace_id}");
});

test("it finds every frame, in the direction in which it goes", async () => {
  const { document } = await new Parser().parse(text);

  const to = (action) => document.operations().all().filter((one) => one.action() === action).flatMap((one) => one.messages().all().map((message) => message.id()));
  assert.ok(to("receive").includes("hello"));
  assert.ok(to("receive").includes("client.update"));
  assert.ok(to("send").includes("change"));
});
