import { useBoard } from "../app/context.js";
import { dayText, momentOf } from "../format/dates.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { ChevronIcon } from "../ui/icons.jsx";
import { useClient, useEditing } from "./context.js";
import { useDraft } from "./draft.js";
import { Property } from "./property.jsx";

const EARLIEST_YEAR = 1900; // while a year is being typed the input reports 0002, 0020, 0202

/** A field of text. `check` returns a fault in words, or nothing. */
export function TextField({ field, label, type = "text", check, multiline = false, ...rest }) {
  const board = useBoard();
  const client = useClient();
  const { class: className = "property__input", wide, hideLabel, ...attributes } = rest;
  const { props, error, meanwhile, adopt } = useDraft({
    shown: client[field] ?? "",
    multiline,
    onEditing: useEditing(field),
    save(typed) {
      const value = multiline ? typed : typed.trim();
      const fault = check?.(value);
      if (!fault && value !== (client[field] ?? ""))
        board.update(client.id, { [field]: value === "" ? emptyOf(field) : value });
      return fault;
    },
  });
  const Input = multiline ? "textarea" : "input";
  return (
    <Property
      field={field}
      label={label}
      error={error}
      meanwhile={meanwhile}
      onAdopt={adopt}
      wide={wide}
      hideLabel={hideLabel}
    >
      {(id) => (
        <Input
          id={id}
          class={className}
          type={multiline ? undefined : type}
          readOnly={!board.canEdit.value}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          autoComplete="off"
          placeholder={text.panel.empty}
          {...attributes}
          {...props}
        />
      )}
    </Property>
  );
}

const emptyOf = (field) => (field === "notes" ? "" : null);

export function StageField() {
  const board = useBoard();
  const client = useClient();
  const stages = board.stages.value;
  const current = stages.find(({ key }) => key === client.stage);
  return (
    <Choice
      field="stage"
      label={text.panel.stage}
      value={client.stage}
      options={stages.map(({ key, name }) => [key, name])}
      mark={<span class="dot" style={{ "--dot": current?.color }} aria-hidden="true" />}
      save={(stage) => board.update(client.id, { stage })}
    />
  );
}

export function OwnerField() {
  const board = useBoard();
  const client = useClient();
  const members = [...board.members.value.values()].sort((a, b) => a.name.localeCompare(b.name));
  const owner = board.members.value.get(client.owner_id);
  const gone = client.owner_id && !owner ? [[client.owner_id, text.panel.formerMember]] : [];
  return (
    <Choice
      field="owner_id"
      label={text.panel.owner}
      value={client.owner_id ?? ""}
      options={[["", text.panel.noOwner], ...gone, ...members.map(({ user_id: id, name }) => [id, name])]}
      mark={
        owner ? (
          <Avatar id={owner.user_id} name={owner.name} size="tiny" title="" />
        ) : (
          <span class="avatar avatar--tiny avatar--nobody" />
        )
      }
      save={(id) => board.update(client.id, { owner_id: id || null })}
    />
  );
}

function Choice({ field, label, value, options, mark, save }) {
  const board = useBoard();
  const onEditing = useEditing(field);
  return (
    <Property field={field} label={label}>
      {(id) => (
        <div class="choice">
          {mark}
          <select
            id={id}
            class="property__input choice__select"
            value={value}
            disabled={!board.canEdit.value}
            onFocus={() => onEditing(true)}
            onBlur={() => onEditing(false)}
            onChange={(event) => save(event.currentTarget.value)}
          >
            {options.map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
          <ChevronIcon size={14} />
        </div>
      )}
    </Property>
  );
}

export function NextActionField() {
  const board = useBoard();
  const client = useClient();
  const save = (day) => {
    if (day !== dayText(client.next_action_at)) board.update(client.id, { next_action_at: day ? momentOf(day) : null });
  };
  const { props, meanwhile, adopt } = useDraft({
    shown: dayText(client.next_action_at),
    onEditing: useEditing("next_action_at"),
    save,
  });
  return (
    <Property field="next_action_at" label={text.panel.nextAction} meanwhile={meanwhile} onAdopt={adopt}>
      {(id) => (
        <input
          id={id}
          class={`property__input ${props.value ? "" : "property__input--empty"}`}
          type="date"
          max="9999-12-31"
          readOnly={!board.canEdit.value}
          {...props}
          onChange={({ currentTarget: { value } }) =>
            value && Number(value.slice(0, 4)) >= EARLIEST_YEAR && save(value)
          }
        />
      )}
    </Property>
  );
}
