// The time as a value that is passed in, so that tests can turn it.

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `now()` in milliseconds; `after(ms, run)` runs once and returns the way to prevent it. */
export function clockFrom({ now, after }) {
  return {
    now,
    after,
    /** Resolves after `ms`, or at once when `signal` aborts. */
    pause(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          cancel();
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const cancel = after(ms, done);
        signal?.addEventListener("abort", done);
      });
    },
  };
}

export const systemClock = clockFrom({
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
});
