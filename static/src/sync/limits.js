// Every limit of the sync client, with its unit in its name. Override some with createSync({limits}).

export const defaultLimits = Object.freeze({
  triesWhenRefused: 6, // a command answered 429 or 5xx is tried so often before it is given up
  ackMs: 8_000, // a command without an answer for so long is repeated over REST
  welcomeMs: 10_000, // from opening a socket to its welcome
  pongMs: 10_000, // silence after a ping that means the peer is dead
  probeMs: 3_000, // the same after waking from sleep, when a dead socket is likely
  partingMs: 10_000, // after leaving a board, for commands that are still on their way
  restMs: 15_000, // one REST request
  pollWaitS: 25, // how long one long poll may rest at the server
  pollFloorMs: 1_000, // between two polls that brought nothing
  pageSize: 1_000,
  pollAfterFailures: 3, // sockets refused in a row before the long poll takes over
  holesBeforeReload: 2, // holes in a row before the snapshot is loaded again
  renewBeforeMs: 60_000, // a token is renewed this long before it runs out
  tokenLeewayMs: 10_000, // a token with less left is not used for a new request
  renewRetryMs: 5_000,
  backoffBaseMs: 500,
  backoffCapMs: 15_000,
  resumeFloorMs: 50,
  calmMs: 5_000, // a socket that lasts so long resets the backoff
  restartSpreadMs: 3_000, // a restarting server's clients come back spread over this
  rateLimitFloorMs: 5_000,
  rateLimitCapMs: 60_000,
  threadPage: 30, // the assistant's messages in one read
  threadPollMs: 3_000, // between two reads of the thread while no socket can be had
  mendTries: 6, // reads of a message of which a part is missing
  mendPauseMs: 150, // before the second of them, doubling
  frameBytes: 60 * 1024, // larger commands go over REST; the server's own bound is 64 KiB
});
