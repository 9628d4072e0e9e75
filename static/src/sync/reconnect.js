// When to come back after a socket closed, and what its close code asks for first.

// Codes that the client itself closes with (4000-4099 are not the server's).
export const HOLE = 4000;
export const PEER_DEAD = 4001;
export const NO_WELCOME = 4002;
export const LEAVING = 1000;

const TOO_BIG = 1009;
const RESTARTING = 1012;
const TOO_SLOW = 4008;
const RATE_LIMITED = 4029;
const MALFORMED = 4400;
const UNAUTHORIZED = 4401;
const NOT_A_MEMBER = 4403;
const NO_SUCH_WORKSPACE = 4404;

/** "leave": never come back; "renew": get a fresh token first; "report": say so, then retry; else "retry". */
export function meaningOf(code) {
  switch (code) {
    case NOT_A_MEMBER:
    case NO_SUCH_WORKSPACE:
      return "leave";
    case UNAUTHORIZED:
      return "renew";
    case TOO_BIG:
    case MALFORMED:
      return "report";
    default:
      return "retry";
  }
}

/** Milliseconds to wait before attempt number `attempt` (0 first) after a close with `code`. */
export function delayBefore({ code, attempt, random, limits }) {
  if (code === RATE_LIMITED) {
    const ceiling = Math.min(limits.rateLimitCapMs, limits.rateLimitFloorMs * 2 ** (attempt + 1));
    return limits.rateLimitFloorMs + random() * (ceiling - limits.rateLimitFloorMs);
  }
  if (attempt === 0) {
    if (code === TOO_SLOW || code === HOLE || code === UNAUTHORIZED) return 0;
    if (code === RESTARTING) return limits.resumeFloorMs + random() * limits.restartSpreadMs;
  }
  const ceiling = Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** attempt);
  return Math.max(limits.resumeFloorMs, random() * ceiling);
}

/** Why the board was left, for the person. */
export function farewell(code) {
  return code === NOT_A_MEMBER
    ? { reason: "not-a-member", message: "You are no longer a member of this workspace." }
    : { reason: "no-such-workspace", message: "This workspace does not exist any more." };
}
