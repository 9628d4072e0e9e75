import { signal } from "@preact/signals";
import { text } from "../text/index.js";
import { AlertIcon, CheckIcon, CloseIcon } from "./icons.jsx";

const SHOWN_MS = 6_000;
const WITH_ACTION_MS = 10_000;
const MOST = 4;

export function createToasts(clock) {
  const list = signal([]);
  let ids = 0;

  function add(toast, ms) {
    const id = ++ids;
    list.value = [...list.value.slice(1 - MOST), { id, ...toast }];
    hold(id, ms);
    return id;
  }

  const timers = new Map();
  function hold(id, ms) {
    timers.get(id)?.();
    timers.set(
      id,
      clock.after(ms, () => dismiss(id)),
    );
  }

  function dismiss(id) {
    timers.get(id)?.();
    timers.delete(id);
    list.value = list.value.filter((toast) => toast.id !== id);
  }

  return {
    list,
    dismiss,
    show: (message, { action } = {}) => add({ kind: "info", message, action }, action ? WITH_ACTION_MS : SHOWN_MS),
    /** `problem` (RFC 9457) may name the fields at fault; then those say more than its summary. */
    error(message, problem) {
      const faults = problem?.errors?.map((fault) => `${fault.field}: ${fault.message}`);
      const said = faults?.length ? faults.join("\n") : message;
      if (!list.peek().some((toast) => toast.message === said)) add({ kind: "error", message: said }, WITH_ACTION_MS);
    },
    /** Nothing disappears under the pointer. */
    keep: (id) => hold(id, 3_600_000),
    release: (id) => timers.has(id) && hold(id, SHOWN_MS),
  };
}

export function Toasts({ toasts }) {
  return (
    <div class="toasts" role="region" aria-label={text.toasts.label} aria-live="polite">
      {toasts.list.value.map((toast) => (
        <div
          key={toast.id}
          class={`toast toast--${toast.kind}`}
          role={toast.kind === "error" ? "alert" : undefined}
          onPointerEnter={() => toasts.keep(toast.id)}
          onPointerLeave={() => toasts.release(toast.id)}
        >
          {toast.kind === "error" ? <AlertIcon /> : <CheckIcon />}
          <p class="toast__message">{toast.message}</p>
          {toast.action && (
            <button
              type="button"
              class="toast__action"
              onClick={() => {
                toasts.dismiss(toast.id);
                toast.action.run();
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            class="icon-button icon-button--small"
            aria-label={text.toasts.dismiss}
            onClick={() => toasts.dismiss(toast.id)}
          >
            <CloseIcon size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
