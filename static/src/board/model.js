// One open board: the sync client's state as signals, what the views derive from it, and what a person can do.
import { batch, computed, effect, signal } from "@preact/signals";
import { createAssistant } from "../assistant/model.js";
import { removalOperations, sampleOperations } from "../samples/samples.js";
import { createSync } from "../sync.js";
import { newId } from "../sync/ids.js";
import { byPosition, rankAtEnd, rankBehind } from "../sync/ranks.js";
import { language, locale, text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { inCommands, refusals } from "../table/bulk.js";
import { viewInAddress } from "../view/address.js";
import { matcherOf } from "../view/filter.js";
import { sorted } from "../view/order.js";
import { savedViews } from "../view/saved.js";
import { noFilters, sameFilters, viewOf } from "../view/view.js";
import { columnsOf, previousIn } from "./columns.js";

const TOLD_ELSEWHERE = /^(member|stage|assistant\.(apply|dismiss))/; // where the command was given
const TRANSFER_MS = 600_000; // for a file on its way out or in
const GATHER_MS = 16; // remote changes that come within one frame are shown together

export function openBoard({ clock, keptCommands, origin, router, session, toasts, workspace }) {
  const user = session.state.peek().user;
  const sync = createSync({
    origin,
    workspace,
    tokens: session.tokens,
    user,
    kept: keptCommands.place(user.id, workspace),
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

  const address = viewInAddress({ clock, router, workspace });
  const { view } = address;
  let lastFilters = view.peek();
  const filters = computed(() => (lastFilters = sameFilters(lastFilters, view.value) ? lastFilters : view.value));
  const matches = computed(() => matcherOf(filters.value, { me: me.value?.id }));
  let lastColumns = [];
  const columns = computed(() => {
    const wanted = filters.value.stages;
    const some = wanted.length > 0 ? stages.value.filter(({ key }) => wanted.includes(key)) : stages.value;
    lastColumns = columnsOf({ stages: some, clients: clients.value, matches: matches.value }, lastColumns);
    return lastColumns;
  });
  const sort = computed(() => view.value.sort);
  const rows = computed(() => {
    const list = columns.value.flatMap((column) => column.clients);
    return sorted(list, sort.value, { stages: stages.value, members: members.value, locale });
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
    view,
    matches,
    columns,
    rows, // of the table
    filtersOpen: signal(false),
    paletteOpen: signal(false),
    shortcutsOpen: signal(false),
    filterInput: { current: null }, // where words to filter by are typed
    composing: signal(null), // the stage in whose column a new client is to be typed
    found: computed(() => columns.value.reduce((sum, column) => sum + column.clients.length, 0)),
    savedViews: savedViews({ storage: window.localStorage, window, workspace }),
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
    assistant: createAssistant({ sync, state, storage: window.sessionStorage }),
    drag: signal(null), // see board/drag/
    announcement: signal(""),
    reveal: signal(null), // {id, focus, at}: a card that its column is to bring into sight
    focused: null, // the card with the focus: it stays drawn wherever the column is scrolled to
    justMoved: null, // the card that a person has just put down: it does not animate in

    changeView: address.change,
    openView: (search) => address.change(viewOf(search)),
    settleAddress: address.settle,
    clearFilters: () => address.change(noFilters),
    open: (id) => address.open(id),
    href: address.href,
    closePanel: (how) => address.open(null, how),

    /** Brings a card into sight, and the focus to it if asked. */
    show: (id, { focus = false } = {}) => (board.reveal.value = { id, focus, at: performance.now() }),

    compose() {
      address.change({ layout: "board" });
      board.composing.value = columns.peek()[0]?.stage.key ?? null;
    },

    create(name, stage) {
      const id = newId();
      const position = rankAtEnd(clients.peek(), stage);
      batch(() => {
        address.change(noFilters);
        sync.send({ op: "client.create", data: { id, name, stage, position } });
      });
      return id;
    },

    /** With `ifVersion` it is refused if the client has another version by then. */
    update: (id, data, { ifVersion } = {}) =>
      sync.send({ op: "client.update", client_id: id, data, ...(ifVersion ? { if_version: ifVersion } : {}) }),

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

    /** Many operations at once; resolves with those that were refused, see table/bulk.js. `deleted` are to come back. */
    async bulk(operations, deleted = []) {
      const parts = inCommands(operations);
      const local = { clients: new Map(deleted.map((client) => [client.id, client])) };
      const answers = await Promise.all(parts.map((part) => sync.send({ op: "client.bulk", operations: part }, local)));
      return answers.flatMap(({ results }, index) => refusals(parts[index], results));
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
    invites: async () => (await sync.request("GET", "/invites")).data.items,
    revokeInvite: (id) => sync.request("DELETE", `/invites/${encodeURIComponent(id)}`),

    webhooks: async (method, path, body) => (await sync.request(method, `/webhooks${path}`, { body })).data,

    addStage: (data) => sync.send({ op: "stage.create", data }),
    updateStage: (id, data) => sync.send({ op: "stage.update", stage_id: id, data }),
    removeStage: (id, moveTo) => sync.send({ op: "stage.delete", stage_id: id, move_to: moveTo }),

    importing: part("importing"), // how far an import is: {id, done, total}
    /** `query` as docs/rest.md has it; `key`: repeated under the same, nothing is done twice. */
    async importFile(file, query, { key, signal } = {}) {
      const headers = { "Content-Type": "text/csv", ...(key ? { "Idempotency-Key": key } : {}) };
      const path = `/import?${new URLSearchParams(query)}`;
      return (await sync.request("POST", path, { file, headers, signal, timeoutMs: TRANSFER_MS })).data;
    },
    async exported() {
      const options = { headers: { Accept: "text/csv" }, timeoutMs: TRANSFER_MS };
      return (await sync.request("GET", "/export.csv", options)).text;
    },

    addSamples() {
      const userId = me.peek()?.id ?? null;
      const operations = sampleOperations({ language, locale, stages: stages.peek(), userId, now: clock.now() });
      return sync.send({ op: "client.bulk", operations });
    },
    removeSamples: () => sync.send({ op: "client.bulk", operations: removalOperations(clients.peek().values()) }),

    present: (what) => sync.present(what),
    close() {
      address.close();
      board.savedViews.close();
      stopErrors();
      stopNotices();
      stopListening();
      unsubscribe();
      sync.finish();
    },
  };

  let shownError = null;
  const unsubscribe = sync.subscribe((next) => (state.value = next));
  const stopErrors = effect(() => {
    const error = state.value.lastError;
    const elsewhere = TOLD_ELSEWHERE.test(error?.command?.op);
    if (error && error !== shownError && !elsewhere) toasts.error(wordsFor(error), error.problem);
    shownError = error;
  });
  let shownNotice = null;
  const stopNotices = effect(() => {
    const notice = state.value.switchedOff;
    if (notice && notice !== shownNotice && board.canManage.peek()) {
      toasts.error(text.board.webhookOff(notice.data.disabled_reason));
    }
    shownNotice = notice;
  });
  const stopListening = listenToBrowser(sync);
  sync.start();
  return board;
}

/** The server names records by their ids; a person is told what happened. */
function wordsFor({ command, message, problem }) {
  if (command?.client_id && problem?.status === 404) return text.board.tooLate;
  return command?.if_version && problem?.status === 412 ? text.history.stale : messageOf({ message, problem });
}

/** The network's comings and goings, and the page's waking up. */
function listenToBrowser(sync) {
  const online = () => sync.setOnline(true);
  const offline = () => sync.setOnline(false);
  const woken = () => document.visibilityState === "visible" && sync.wake();
  const leaving = (event) => sync.unsafe && event.preventDefault();
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
