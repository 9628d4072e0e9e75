import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf, programOf } from "../../../static/src/account/device.js";

const KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)";
const SEEN = [
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KHTML} Chrome/142.0.0.0 Safari/537.36`, "Chrome", "Windows"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KHTML} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`, "Edge", "Windows"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${KHTML} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0`, "Opera", "Linux"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KHTML} Chrome/142.0.0.0 Safari/537.36`, "Chrome", "ChromeOS"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${KHTML} Chrome/142.0.0.0 Mobile Safari/537.36`, "Chrome", "Android"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", "macOS"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari", "macOS"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"],
  ["curl/8.5.0", null, null],
];

test("a browser and its system are told from what they call themselves", () => {
  for (const [userAgent, browser, system] of SEEN) assert.deepEqual(deviceOf(userAgent), { browser, system }, userAgent);
});

test("of another program its name and version are enough", () => {
  assert.equal(programOf("curl/8.5.0"), "curl/8.5.0");
  assert.equal(programOf("clientflow/0.1.0 python-httpx/0.28.1"), "clientflow/0.1.0");
});
