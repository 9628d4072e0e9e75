// Following the log by long poll, for networks that let no websocket through.
import { Refused, SignedOut } from "./problem.js";
import { delayBefore } from "./reconnect.js";

/**
 * Polls until `signal` aborts. `on` is {changes(list), gone(), reached(), missed(error)}; `gone` (the log no longer
 * reaches back that far) is awaited before the next poll. Errors that end the board are thrown.
 */
export async function followByPolling({ request, workspace, since, clock, random, limits, signal, on }) {
  let attempt = 0;
  let following = false; // until the first answer the poll does not rest, so that it is soon known to work
  while (!signal.aborted) {
    try {
      const path = `/workspaces/${encodeURIComponent(workspace)}/changes?since=${since()}&limit=200&wait=${following ? limits.pollWaitS : 0}`;
      const timeoutMs = limits.pollWaitS * 1000 + limits.restMs;
      const askedAt = clock.now();
      const { data } = await request("GET", path, { signal, timeoutMs });
      if (signal.aborted) return;
      attempt = 0;
      following = true;
      on.reached();
      on.changes(data.changes);
      // A proxy may answer at once and empty; that must not become a busy loop.
      const early = askedAt + limits.pollFloorMs - clock.now();
      if (data.changes.length === 0 && early > 0) await clock.pause(early, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status === 410) {
        await on.gone();
        continue;
      }
      if (error instanceof SignedOut || (error instanceof Refused && !error.passing)) throw error;
      on.missed(error);
      following = false;
      const wait = error.retryAfterMs ?? delayBefore({ code: 0, attempt, random, limits });
      attempt += 1;
      await clock.pause(wait, signal);
    }
  }
}
