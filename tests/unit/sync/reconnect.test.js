import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits as limits } from "../../../static/src/sync/limits.js";
import { HOLE, delayBefore, meaningOf } from "../../../static/src/sync/reconnect.js";

const delay = (code, attempt, share) => delayBefore({ code, attempt, random: () => share, limits });

test("the backoff doubles to a cap, with full jitter", () => {
  assert.equal(delay(1006, 0, 1), 500);
  assert.equal(delay(1006, 3, 1), 4_000);
  assert.equal(delay(1006, 3, 0.25), 1_000);
  assert.equal(delay(1006, 20, 1), limits.backoffCapMs);
  assert.equal(delay(1006, 3, 0), limits.resumeFloorMs);
});

test("too slow, a hole and a token run out resume at once, but not again and again", () => {
  for (const code of [4008, HOLE, 4401]) {
    assert.equal(delay(code, 0, 1), 0);
    assert.ok(delay(code, 4, 1) > 1_000);
  }
});

test("rate limited backs off longer", () => {
  assert.ok(delay(4029, 0, 0) >= limits.rateLimitFloorMs);
  assert.ok(delay(4029, 9, 1) <= limits.rateLimitCapMs);
});

test("a restarting server's clients come back spread out", () => {
  assert.equal(delay(1012, 0, 1), limits.resumeFloorMs + limits.restartSpreadMs);
  assert.equal(delay(1012, 0, 0), limits.resumeFloorMs);
});

test("each close code has its meaning", () => {
  const meanings = { 4401: "renew", 4403: "leave", 4404: "leave", 4400: "report", 1009: "report" };
  for (const [code, meaning] of Object.entries(meanings)) assert.equal(meaningOf(Number(code)), meaning);
  for (const code of [1001, 1006, 1011, 1012, 4008, 4029]) assert.equal(meaningOf(code), "retry");
});
