// One websocket's life: hello, welcome, frames, heartbeat, close. It never reconnects; that is its owner's decision.
import { NO_WELCOME, PEER_DEAD } from "./reconnect.js";

export const SUBPROTOCOL = "clientflow.v1";

/** `on` is {welcome(frame), frame(frame), closed({code, reason})}; `closed` is called once, whoever closes. */
export function openSocket({ url, WebSocket, hello, clock, limits, on }) {
  const socket = new WebSocket(url, SUBPROTOCOL);
  let open = true;
  let welcomed = false;
  let heartbeatMs = null;
  let cancelPing = () => {};
  let cancelDeadline = clock.after(limits.welcomeMs, () => end(NO_WELCOME, "no welcome in time"));

  function end(code, reason) {
    if (!open) return;
    open = false;
    cancelPing();
    cancelDeadline();
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    try {
      // A dead network lets `close` linger for minutes, so nobody waits for its event.
      socket.close(code >= 3000 || code === 1000 ? code : 1000, reason);
    } catch {
      // Closing while still connecting throws in some runtimes; the handlers are gone already.
    }
    on.closed({ code, reason });
  }

  function expectFrameWithin(ms) {
    cancelDeadline();
    cancelDeadline = clock.after(ms, () => end(PEER_DEAD, "the peer is silent"));
  }

  function beat() {
    cancelPing = clock.after(heartbeatMs, () => {
      expectFrameWithin(limits.pongMs);
      send({ type: "ping" });
      beat();
    });
  }

  function send(frame) {
    if (open && socket.readyState === 1) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  socket.onopen = () => send({ type: "hello", ...hello });
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (welcomed) cancelDeadline(); // any frame proves the peer alive
    if (frame.type === "welcome") {
      welcomed = true;
      cancelDeadline();
      heartbeatMs = frame.heartbeat * 1000;
      beat();
      on.welcome(frame);
    } else if (frame.type !== "pong") {
      on.frame(frame);
    }
  };
  socket.onerror = () => {}; // `close` follows and says more
  socket.onclose = ({ code, reason }) => end(code, reason);

  return {
    send,
    close: end,
    /** Is the peer still there? Asked after waking from sleep. */
    probe() {
      if (!welcomed) return;
      expectFrameWithin(limits.probeMs);
      send({ type: "ping" });
    },
  };
}
