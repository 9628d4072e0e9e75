import { text } from "../text/index.js";
import { SelectField } from "../ui/field.jsx";

const FIELDS = [
  ...["name", "company", "email", "phone", "stage", "value", "currency", "owner", "tags", "notes"],
  ...["next_action_at", "external_id", "custom"],
];

export function labelOf(field) {
  const { currency, notes } = text.panel;
  const { externalId: external_id } = text.transfer;
  const labels = { ...text.table.columns, currency, notes, external_id, custom: text.custom.title };
  return labels[field] ?? field.replace(/^custom\./, "");
}

/** Which column is which field. */
export function Mapping({ trial, onChange }) {
  const words = text.transfer;
  const taken = Object.values(trial.mapping);
  return (
    <div class="transfer__columns" role="group" aria-label={words.columns}>
      {Object.entries(trial.mapping).map(([column, field]) => (
        <SelectField
          key={column}
          label={column}
          value={field ?? ""}
          onChange={(event) => onChange(column, event.currentTarget.value || null)}
        >
          <option value="">{words.leaveOut}</option>
          {FIELDS.filter((name) => name === field || !taken.includes(name)).map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
          <option value={field?.startsWith("custom.") ? field : `custom.${column}`}>{words.customField}</option>
        </SelectField>
      ))}
    </div>
  );
}
