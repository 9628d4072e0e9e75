import { signal } from "@preact/signals";
import { render } from "preact";
import { createLetters } from "./actions/letters.js";
import { App } from "./app/app.jsx";
import { AppContext } from "./app/context.js";
import { createRouter } from "./app/router.js";
import { mediaSignal } from "./app/media.js";
import { createTheme } from "./app/theme.js";
import { createKeptCommands } from "./session/kept-commands.js";
import { Session } from "./session/session.js";
import { createVault } from "./session/vault.js";
import { systemClock as clock } from "./sync/clock.js";
import { defaultLimits as limits } from "./sync/limits.js";
import { createRest } from "./sync/rest.js";
import { language } from "./text/index.js";
import { createToasts } from "./ui/toasts.jsx";

const { localStorage: storage, location, navigator } = window;
const fetch = (...args) => window.fetch(...args);
const base = `${location.origin}/api/v1`;

const keptCommands = createKeptCommands({ indexedDB: window.indexedDB, name: "clientflow.commands" });
const session = new Session({
  request: createRest({ base, fetch, tokens: null, clock, limits }),
  vault: createVault({ indexedDB: window.indexedDB, locks: navigator.locks, name: "clientflow" }),
  kept: keptCommands,
  tabs: new BroadcastChannel("clientflow.session"),
  clock,
  restart: () => location.reload(),
});
const request = createRest({ base, fetch, tokens: session.tokens, clock, limits });
const app = {
  clock,
  origin: location.origin,
  session,
  request,
  router: createRouter(window),
  keptCommands,
  leaving: signal(0), // commands that signing out would lose; see account/leaving.jsx
  theme: createTheme({ root: document.documentElement, storage, window }),
  letters: createLetters(storage),
  toasts: createToasts(clock),
  narrow: mediaSignal("(max-width: 720px)"),
};

document.documentElement.lang = language;
session.start();

render(
  <AppContext.Provider value={app}>
    <App />
  </AppContext.Provider>,
  document.getElementById("app"),
);
