// What can go wrong on the way to the server, as a small tree of errors.

/** The server answered and said no. `problem` is its RFC 9457 object. */
export class Refused extends Error {
  constructor(problem, retryAfterMs = null) {
    super(problem.detail || problem.title || "The server refused this.");
    this.name = "Refused";
    this.problem = problem;
    this.status = problem.status;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may well succeed a little later. */
  get passing() {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** No answer came: no network, no server, or the time limit passed. */
export class Unreachable extends Error {
  constructor(cause) {
    super("The server cannot be reached.");
    this.name = "Unreachable";
    this.cause = cause;
  }
}

/** The session is over; only signing in again helps. */
export class SignedOut extends Error {
  constructor() {
    super("Your session has ended. Sign in again.");
    this.name = "SignedOut";
  }
}
