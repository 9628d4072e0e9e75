import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { AvatarStack } from "../ui/avatar.jsx";
import { BackIcon, CloseIcon, TrashIcon } from "../ui/icons.jsx";
import { Comments } from "./comments.jsx";
import { ClientContext } from "./context.js";
import { CustomFields } from "./custom-fields.jsx";
import { NextActionField, OwnerField, StageField, TextField } from "./fields.jsx";
import { History } from "./history.jsx";
import { TagsField } from "./tags-field.jsx";
import { ValueField } from "./value-field.jsx";

/** One client beside the board, or over it where there is no room. */
export function Panel({ id }) {
  const board = useBoard();
  const { router, toasts } = useApp();
  const client = board.clients.value.get(id);
  const lastName = useRef(null);
  if (client) lastName.current = client.name;

  useEffect(() => {
    board.present({ viewing: id, editing: null });
    return () => board.present({ viewing: null, editing: null });
  }, [id]);
  useEffect(() => {
    if (client) return;
    const { gone, notHere } = text.board;
    if (router.route.peek().client === id) toasts.show(lastName.current ? gone(lastName.current) : notHere);
    board.closePanel({ kept: false });
  }, [!client]);

  if (!client) return null;
  return (
    <ClientContext.Provider value={client}>
      <Sheet client={client} />
    </ClientContext.Provider>
  );
}

function Sheet({ client }) {
  const board = useBoard();
  const { narrow } = useApp();
  const sheet = useRef(null);
  const words = text.panel;
  const viewers = board.viewers.value.get(client.id) ?? [];

  function close() {
    board.show(client.id, { focus: true });
    board.closePanel();
  }

  function remove() {
    board.closePanel();
    board.remove(client);
  }

  // Before it is painted: whoever sees it can close it.
  useLayoutEffect(() => sheet.current.focus({ preventScroll: true }), []);
  useLayoutEffect(() => {
    const onKey = (event) => {
      const elsewhere = document.querySelector("dialog[open]") || event.target.closest(".filter, .composer");
      if (event.key !== "Escape" || event.defaultPrevented || elsewhere) return;
      event.preventDefault();
      close();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [client.id]);

  return (
    <div
      ref={sheet}
      class="panel"
      tabIndex={-1}
      role={narrow.value ? "dialog" : "complementary"}
      aria-modal={narrow.value ? "true" : undefined}
      aria-label={client.name}
    >
      <div class="panel__head">
        <button type="button" class="button button--quiet panel__back" onClick={close}>
          <BackIcon /> {words.back}
        </button>
        <span class="panel__viewers">
          <AvatarStack people={viewers} size="small" describe={({ name }) => name} label={text.presence.label} />
        </span>
        {board.canEdit.value && (
          <button type="button" class="icon-button" aria-label={words.remove} title={words.remove} onClick={remove}>
            <TrashIcon />
          </button>
        )}
        <button
          type="button"
          class="icon-button panel__close"
          aria-label={words.close}
          title={words.close}
          onClick={close}
        >
          <CloseIcon />
        </button>
      </div>
      <div class="panel__body">
        <TextField
          field="name"
          label={words.name}
          class="property__input panel__name"
          wide
          hideLabel
          maxLength={200}
          check={(value) => (value === "" ? words.nameNeeded : undefined)}
        />
        <section class="panel__section panel__section--first" aria-label={words.details}>
          <StageField />
          <OwnerField />
          <ValueField />
          <NextActionField />
          <TextField field="company" label={words.company} maxLength={200} />
          <TextField field="email" label={words.email} type="email" maxLength={254} check={emailFault} />
          <TextField field="phone" label={words.phone} type="tel" maxLength={200} />
          <TagsField />
        </section>
        <CustomFields />
        <div class="panel__section">
          <TextField
            field="notes"
            label={words.notes}
            multiline
            wide
            class="property__input panel__notes"
            placeholder={words.notesPlaceholder}
            maxLength={20_000}
            rows={3}
          />
        </div>
        <Comments />
        <History />
      </div>
    </div>
  );
}

function emailFault(value) {
  return value === "" || /^[^@\s]+@[^@\s]+$/.test(value) ? undefined : text.panel.badEmail;
}
