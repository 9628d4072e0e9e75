import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { AddField, ChangeField } from "./custom-forms.jsx";
import { useClient, useEditing, useSaveCustom } from "./context.js";
import { editingName, kindOf, LONGEST_TEXT, MOST_FIELDS, parsed } from "./custom.js";
import { useDraft } from "./draft.js";
import { Property } from "./property.jsx";

/** The fields that this client has beside the usual ones. */
export function CustomFields() {
  const { custom } = useClient();
  const canEdit = useBoard().canEdit.value;
  const names = Object.keys(custom);
  if (names.length === 0 && !canEdit) return null;
  return (
    <section class="panel__section panel__section--fields" aria-label={text.custom.title}>
      <h3>{text.custom.title}</h3>
      {names.map((name) => (
        <CustomField key={name} name={name} />
      ))}
      {canEdit && names.length < MOST_FIELDS && <AddField />}
    </section>
  );
}

function CustomField({ name }) {
  const { custom } = useClient();
  const kind = kindOf(custom[name]);
  const field = editingName(name);
  const Input = kind === "checkbox" ? Tick : Typed;
  return <Input key={kind} name={name} kind={kind} field={field} value={custom[name]} />;
}

function Typed({ name, kind, field, value }) {
  const board = useBoard();
  const save = useSaveCustom();
  const { props, error, meanwhile, adopt } = useDraft({
    shown: value === null ? "" : String(value),
    onEditing: useEditing(field),
    save(typed) {
      const next = parsed(kind, typed);
      if (next === undefined) return text.custom.badNumber;
      if (next !== value) save((custom) => ({ ...custom, [name]: next }));
    },
  });
  return (
    <Property
      field={field}
      label={name}
      error={error}
      meanwhile={meanwhile}
      onAdopt={adopt}
      more={<ChangeField name={name} />}
    >
      {(id) => (
        <input
          id={id}
          class={`property__input ${kind === "date" && !props.value ? "property__input--empty" : ""}`}
          type={kind === "date" ? "date" : "text"}
          inputMode={kind === "number" ? "decimal" : undefined}
          maxLength={kind === "text" ? LONGEST_TEXT : undefined}
          max={kind === "date" ? "9999-12-31" : undefined}
          readOnly={!board.canEdit.value}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          autoComplete="off"
          placeholder={text.panel.empty}
          {...props}
        />
      )}
    </Property>
  );
}

function Tick({ name, field, value }) {
  const board = useBoard();
  const save = useSaveCustom();
  const onEditing = useEditing(field);
  return (
    <Property field={field} label={name} more={<ChangeField name={name} />}>
      {(id) => (
        <span class="tick">
          <input
            id={id}
            type="checkbox"
            checked={value}
            disabled={!board.canEdit.value}
            onFocus={() => onEditing(true)}
            onBlur={() => onEditing(false)}
            onChange={({ currentTarget: { checked } }) => save((custom) => ({ ...custom, [name]: checked }))}
          />
        </span>
      )}
    </Property>
  );
}
