import { useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { ChevronIcon, MoreIcon, PlusIcon, TrashIcon } from "../ui/icons.jsx";
import { Popover } from "../ui/popover.jsx";
import { useClient, useSaveCustom } from "./context.js";
import { blankOf, KINDS, LONGEST_NAME, LONGEST_TEXT, nameFault, parsed, renamed, without } from "./custom.js";

/** Renames or removes a field. */
export function ChangeField({ name }) {
  const board = useBoard();
  if (!board.canEdit.value) return null;
  const title = text.custom.change(name);
  return (
    <Popover
      label={title}
      title={title}
      class="icon-button icon-button--small property__more"
      button={<MoreIcon />}
      align="end"
    >
      {(close) => <ChangeForm name={name} close={close} />}
    </Popover>
  );
}

function ChangeForm({ name, close }) {
  const { custom } = useClient();
  const save = useSaveCustom();
  const [typed, setTyped] = useState(name);
  const next = typed.trim();
  const fault = next === name ? null : nameFault(custom, next);

  function rename(event) {
    event.preventDefault();
    if (fault) return;
    close();
    if (next !== name) save((now) => renamed(now, name, next));
  }

  return (
    <form class="field-form" onSubmit={rename}>
      <label>
        {text.custom.name}
        <input
          class="input"
          value={typed}
          maxLength={LONGEST_NAME}
          autoComplete="off"
          aria-invalid={fault ? "true" : undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      {fault && (
        <p class="property__error" role="alert">
          {text.custom.faults[fault]}
        </p>
      )}
      <div class="field-form__buttons">
        <button
          type="button"
          class="button button--quiet button--small"
          onClick={() => {
            close();
            save((now) => without(now, name));
          }}
        >
          <TrashIcon size={14} /> {text.custom.remove}
        </button>
        <button type="submit" class="button button--primary button--small" disabled={Boolean(fault)}>
          {text.custom.rename}
        </button>
      </div>
    </form>
  );
}

export function AddField() {
  const button = (
    <>
      <PlusIcon size={14} /> {text.custom.add}
    </>
  );
  return (
    <div class="panel__add">
      <Popover label={text.custom.add} class="button button--quiet button--small" button={button}>
        {(close) => <AddForm close={close} />}
      </Popover>
    </div>
  );
}

function AddForm({ close }) {
  const { custom } = useClient();
  const save = useSaveCustom();
  const form = useRef(null);
  const [kind, setKind] = useState("text");
  const [fault, setFault] = useState(null);

  function add(event) {
    event.preventDefault();
    const entered = new FormData(form.current);
    const name = entered.get("name").trim();
    const wrong = nameFault(custom, name);
    const typed = entered.get("value");
    const value = kind === "checkbox" ? typed !== null : typed.trim() === "" ? blankOf(kind) : parsed(kind, typed);
    if (wrong) return setFault(text.custom.faults[wrong]);
    if (value === undefined) return setFault(text.custom.badNumber);
    if (kind === "date" && value === "") return setFault(text.custom.dateNeeded);
    close();
    return save((now) => ({ ...now, [name]: value }));
  }

  return (
    <form ref={form} class="field-form" onSubmit={add} onInput={() => setFault(null)}>
      <label>
        {text.custom.name}
        <input class="input" name="name" maxLength={LONGEST_NAME} autoComplete="off" />
      </label>
      <label>
        {text.custom.kind}
        <span class="choice">
          <select class="input choice__select" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {KINDS.map((key) => (
              <option key={key} value={key}>
                {text.custom.kinds[key]}
              </option>
            ))}
          </select>
          <ChevronIcon size={14} />
        </span>
      </label>
      {kind === "checkbox" ? (
        <label class="field-form__tick">
          <input type="checkbox" name="value" key={kind} /> {text.custom.yes}
        </label>
      ) : (
        <label>
          {text.custom.value}
          <input
            key={kind}
            class="input"
            name="value"
            type={kind === "date" ? "date" : "text"}
            inputMode={kind === "number" ? "decimal" : undefined}
            maxLength={LONGEST_TEXT}
            autoComplete="off"
          />
        </label>
      )}
      {fault && (
        <p class="property__error" role="alert">
          {fault}
        </p>
      )}
      <div class="field-form__buttons">
        <button type="submit" class="button button--primary button--small">
          {text.custom.addShort}
        </button>
      </div>
    </form>
  );
}
