// One open board: the sync client's state as signals, what the views derive from it, and what a person can do.
import { batch, computed, effect, signal } from "@preact/signals";
import { createSync } from "../sync.js";
import { newId } from "../sync/ids.js";
import { byPosition, rankAtEnd, rankBehind } from "../sync/ranks.js";
import { text } from "../text/index.js";
import { columnsOf, previousIn } from "./columns.js";
import { matcherOf } from "./search.js";

const GATHER_MS = 16; // remote changes that come within one frame are shown together

export function openBoard({ origin, session, toasts, workspace }) {
  const sync = createSync({
    origin,
    workspace,
    tokens: session.tokens,
    user: session.state.peek().user,
    schedule: (run) => setTimeout(run, GATHER_MS),
  });
  const state = signal(sync.state);
  const part = (name) => computed(() => state.value[name]);
  const [clients, members, stages, comments, presence, me, role] = [
    "clients",
    "members",
    "stages",
    "comments",
    "presence",
    "me",
    "role",
  ].map(part);

  const filter = signal("");
  let lastColumns = [];
  const columns = computed(() => {
    const matches = matcherOf(filter.value);
    lastColumns = columnsOf({ stages: stages.value, clients: clients.value, matches }, lastColumns);
    return lastColumns;
  });
  const others = computed(() => [...presence.value.values()].filter((person) => person.id !== me.value?.id));
  const viewers = computed(() => grouped(others.value, (person) => person.viewing));
  const editors = computed(() =>
    grouped(others.value, ({ editing }) => editing && `${editing.client_id}/${editing.field}`),
  );

  const board = {
    workspace,
    state,
    clients,
    members,
    stages,
    comments,
    me,
    role,
    filter,
    columns,
    others,
    viewers,
    editors,
    loaded: part("loaded"),
    about: part("workspace"),
    connection: part("connection"),
    pending: part("pending"),
    ended: part("ended"),
    canEdit: computed(() => role.value !== null && role.value !== "viewer"),
    canManage: computed(() => role.value === "owner" || role.value === "admin"),
    drag: signal(null), // see board/drag/
    announcement: signal(""),
    focusNext: null, // the card that takes the focus when its column has rendered it
    justMoved: null, // the card that a person has just put down: it does not animate in

    create(name, stage) {
      const id = newId();
      const position = rankAtEnd(clients.peek(), stage);
      batch(() => {
        filter.value = "";
        sync.send({ op: "client.create", data: { id, name, stage, position } });
      });
      return id;
    },

    update: (id, data) => sync.send({ op: "client.update", client_id: id, data }),

    /** Puts a card behind another (null: first) in a stage. Says whether that was a move at all. */
    move(id, { stage, previousId }) {
      const client = clients.peek().get(id);
      const whole = [...clients.peek().values()].filter((other) => other.stage === stage).sort(byPosition);
      const shown = columns.peek().find((column) => column.stage.key === stage).clients;
      if (!client || (client.stage === stage && previousIn(shown, id) === previousId)) return false;
      const data = { position: rankBehind(whole, id, previousId) };
      board.justMoved = id;
      board.update(id, client.stage === stage ? data : { stage, ...data });
      return true;
    },

    remove(client) {
      sync.send({ op: "client.delete", client_id: client.id });
      const undo = () => sync.send({ op: "client.restore", client_id: client.id }, { client });
      toasts.show(text.panel.removed(client.name), { action: { label: text.panel.undo, run: undo } });
    },

    comment(clientId, body) {
      const data = { id: newId(), body };
      return sync.send({ op: "comment.create", client_id: clientId, data }, { author_name: me.peek()?.name });
    },

    loadComments: (clientId) => sync.loadComments(clientId),

    async history(clientId, cursor) {
      const path = `/clients/${encodeURIComponent(clientId)}/history?limit=20`;
      return (await sync.request("GET", cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path)).data;
    },

    changeRole: (userId, next) => sync.send({ op: "member.update", user_id: userId, data: { role: next } }),
    removeMember: (userId) => sync.send({ op: "member.remove", user_id: userId }),
    invite: async (draft) => (await sync.request("POST", "/invites", { body: draft })).data,

    present: (what) => sync.present(what),
    close() {
      stopErrors();
      stopListening();
      unsubscribe();
      sync.finish();
    },
  };

  let shownError = null;
  const unsubscribe = sync.subscribe((next) => (state.value = next));
  const stopErrors = effect(() => {
    const error = state.value.lastError;
    const elsewhere = error?.command?.op.startsWith("member."); // the members' dialog says it itself
    if (error && error !== shownError && !elsewhere) toasts.error(wordsFor(error), error.problem);
    shownError = error;
  });
  const stopListening = listenToBrowser(sync);
  sync.start();
  return board;
}

/** The server names records by their ids; a person is told what happened. */
function wordsFor({ command, message, problem }) {
  return command?.client_id && problem?.status === 404 ? text.board.tooLate : message;
}

/** The network's comings and goings, and the page's waking up. */
function listenToBrowser(sync) {
  const online = () => sync.setOnline(true);
  const offline = () => sync.setOnline(false);
  const woken = () => document.visibilityState === "visible" && sync.wake();
  const leaving = (event) => sync.state.pending > 0 && event.preventDefault();
  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  window.addEventListener("beforeunload", leaving);
  document.addEventListener("visibilitychange", woken);
  if (!navigator.onLine) offline();
  return () => {
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    window.removeEventListener("beforeunload", leaving);
    document.removeEventListener("visibilitychange", woken);
  };
}

function grouped(people, keyOf) {
  const groups = new Map();
  for (const person of people) {
    const key = keyOf(person);
    if (key) groups.set(key, [...(groups.get(key) ?? []), person]);
  }
  return groups;
}
