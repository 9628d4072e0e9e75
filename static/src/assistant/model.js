// The assistant beside the board: its thread as signals, and what a person can ask of it.
import { computed, signal } from "@preact/signals";
import { inOrder, isSettled } from "../sync/thread.js";

const KEY = "clientflow.assistant"; // per tab, so that a reload leaves the panel as it was

/** `state` is the sync client's as a signal; `storage` the tab's own. */
export function createAssistant({ sync, state, storage }) {
  const open = signal(storage.getItem(KEY) === "open");
  const thread = computed(() => state.value.assistant);
  const messages = computed(() => inOrder(thread.value));

  function show(next) {
    open.value = next;
    if (next) storage.setItem(KEY, "open");
    else storage.removeItem(KEY);
  }

  const send = (op, data, clientId) =>
    sync.send({ op: `assistant.${op}`, ...(clientId ? { client_id: clientId } : {}), data });

  return {
    open,
    messages,
    reading: computed(() => thread.value.reading),
    more: computed(() => thread.value.more),
    asking: computed(() => state.value.asking),
    draft: "", // what was typed and not asked yet
    notAbout: signal(null), // the open client, when the question is not about it
    writing: computed(() => messages.value.some((message) => !isSettled(message))),
    show: () => show(true),
    hide: () => show(false),

    read: () => sync.openThread(),
    readEarlier: () => sync.readEarlierMessages(),

    /** Resolves with the message that the reply will grow in. */
    ask: (prompt, clientId = null) => send("ask", { prompt }, clientId),
    retry: (message) => send("ask", { prompt: message.prompt, retry_of: message.id }, message.client_id),
    stop: (message) => send("cancel", { message_id: message.id }),
    apply: (proposal) => send("apply", { message_id: proposal.message_id, proposal_id: proposal.id }),
    dismiss: (proposal) => send("dismiss", { message_id: proposal.message_id, proposal_id: proposal.id }),
  };
}
