import { locale, text } from "../text/index.js";

const DAY_MS = 86_400_000;
const dayMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

/** Whole days from today to `when`, by the calendar of this place. */
export function daysUntil(when, now = new Date()) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(new Date(when)) - midnight(now)) / DAY_MS);
}

/** "Today", "Tomorrow", "12 Mar", "12 Mar 2027". */
export function formatDay(when, now = new Date()) {
  const days = daysUntil(when, now);
  if (days === 0) return text.dates.today;
  if (days === 1) return text.dates.tomorrow;
  if (days === -1) return text.dates.yesterday;
  const date = new Date(when);
  return (date.getFullYear() === now.getFullYear() ? dayMonth : dayMonthYear).format(date);
}

export function formatDate(when) {
  return dayMonthYear.format(new Date(when));
}

export function formatMoment(when) {
  return full.format(new Date(when));
}

/** "just now", "5 min. ago", "yesterday", then the date. */
export function formatAgo(when, now = new Date()) {
  const seconds = (now - new Date(when)) / 1000;
  if (seconds < 45) return text.dates.now;
  if (seconds < 3_600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3_600), "hour");
  if (seconds < 7 * 86_400) return relative.format(-Math.round(seconds / 86_400), "day");
  return formatDay(when, now);
}

/** For <input type="date">: the local day of a moment, and the moment (nine in the morning) of a local day. */
export function dayText(when) {
  if (!when) return "";
  const date = new Date(when);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function momentOf(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 9).toISOString();
}
