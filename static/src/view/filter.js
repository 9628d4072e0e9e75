// Which clients a view shows.
import { daysUntil } from "../format/dates.js";
import { majorOf } from "../format/money.js";
import { wordsMatcher } from "./search.js";
import { MYSELF, NOBODY } from "./view.js";

const WEEK_DAYS = 7;

/** A test for clients, or null when the view lets every one through. `me` is the id that "me" stands for. */
export function matcherOf(view, { me, now = new Date() }) {
  const tests = [
    wordsMatcher(view.query),
    view.stages.length > 0 && anyOf(view.stages, ({ stage }) => [stage]),
    view.owners.length > 0 && ownerTest(view.owners, me),
    view.tags.length > 0 && anyOf(view.tags, ({ tags }) => tags),
    valueTest(view),
    view.due && (({ next_action_at: when }) => dueTests[view.due](when === null ? null : daysUntil(when, now))),
  ].filter(Boolean);
  if (tests.length === 0) return null;
  return (client) => tests.every((test) => test(client));
}

function anyOf(wanted, valuesOf) {
  const set = new Set(wanted);
  return (client) => valuesOf(client).some((value) => set.has(value));
}

function ownerTest(owners, me) {
  const wanted = new Set(owners.map((owner) => (owner === MYSELF ? me : owner)));
  return ({ owner_id: owner }) => wanted.has(owner ?? NOBODY);
}

function valueTest({ min, max, currency }) {
  if (min === null && max === null && currency === null) return null;
  return ({ value }) => {
    if (!value || (currency !== null && value.currency !== currency)) return false;
    const major = majorOf(value);
    return (min === null || major >= min) && (max === null || major <= max);
  };
}

/** By the days until the next action; null without one. */
const dueTests = {
  overdue: (days) => days !== null && days < 0,
  today: (days) => days === 0,
  week: (days) => days !== null && days >= 0 && days <= WEEK_DAYS,
  later: (days) => days !== null && days > WEEK_DAYS,
  none: (days) => days === null,
};
