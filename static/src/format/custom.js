import { text } from "../text/index.js";
import { formatDay } from "./dates.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A custom field's value as it is read: text, a number, a day, or yes and no. */
export function customText(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? text.custom.yes : text.custom.no;
  return DAY.test(value) ? formatDay(`${value}T12:00:00`) : String(value);
}
