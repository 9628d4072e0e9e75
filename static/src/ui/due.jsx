import { daysUntil, formatDay } from "../format/dates.js";
import { text } from "../text/index.js";
import { CalendarIcon } from "./icons.jsx";

/** The day of the next action; one that has passed, or is today, stands out. */
export function Due({ when }) {
  const days = daysUntil(when);
  const urgency = days < 0 ? "due--late" : days === 0 ? "due--today" : "";
  return (
    <span class={`due ${urgency}`} title={days < 0 ? text.board.overdue : undefined}>
      <CalendarIcon size={13} />
      <span class="visually-hidden">{days < 0 ? `${text.board.overdue}: ` : text.board.nextAction("")}</span>
      <time dateTime={when}>{formatDay(when)}</time>
    </span>
  );
}
