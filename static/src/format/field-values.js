import { text } from "../text/index.js";
import { formatDay } from "./dates.js";
import { formatMoney } from "./money.js";

const LABELS = { owner_id: "owner", next_action_at: "nextAction" };

/** What a client's field is called. */
export function fieldLabel(field) {
  return text.panel[LABELS[field] ?? field] ?? text.history.fields[field] ?? field;
}

/** A client's field as a person reads it; "" for what is empty. `board` gives the names of stages and people. */
export function shownValue(field, value, board) {
  if (value === null || value === undefined) return "";
  if (field === "stage") return board.stages.value.find(({ key }) => key === value)?.name ?? value;
  if (field === "owner_id") return board.members.value.get(value)?.name ?? text.panel.formerMember;
  if (field === "value") return formatMoney(value);
  if (field === "tags") return value.join(", ");
  if (field === "next_action_at") return formatDay(value);
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${name}: ${one}`).join(", ");
  return String(value);
}
