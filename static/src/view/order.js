// The order of a table's rows.
import { majorOf } from "../format/money.js";
import { byPosition } from "../sync/ranks.js";
import { isCustom, nameOfCustom } from "./columns.js";

/**
 * `clients` in the order that `sort` names ("company", "-value"), else as the board has them: stage by stage. What is
 * empty comes last either way; equals stay in the board's order. `stages` in their order; `members` by user id.
 */
export function sorted(clients, sort, { stages, members, locale }) {
  const places = new Map(stages.map(({ key }, index) => [key, index]));
  const onBoard = (a, b) => places.get(a.stage) - places.get(b.stage) || byPosition(a, b);
  const list = [...clients].sort(onBoard);
  if (!sort) return list;
  const down = sort.startsWith("-");
  const keyOf = keyFor(down ? sort.slice(1) : sort, { places, members });
  const compare = new Intl.Collator(locale, { numeric: true, sensitivity: "base" }).compare;
  const keyed = list.map((client) => ({ client, key: keyOf(client) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
    const order = compareKeys(a.key, b.key, compare);
    return down ? -order : order;
  });
  return keyed.map(({ client }) => client);
}

/** The sort that a press on a column's head leads to: up, down, then none. */
export function nextSort(sort, column) {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? null : column;
}

function keyFor(column, { places, members }) {
  if (isCustom(column)) return ({ custom }) => given(custom[nameOfCustom(column)]);
  switch (column) {
    case "stage":
      return ({ stage }) => places.get(stage) ?? null;
    case "value":
      return ({ value }) => (value ? majorOf(value) : null);
    case "owner":
      return ({ owner_id: owner }) => given(members.get(owner)?.name);
    case "tags":
      return ({ tags }) => given(tags.join(" "));
    case "next_action_at":
    case "created_at":
    case "updated_at":
      return (client) => (client[column] ? Date.parse(client[column]) : null);
    default:
      return (client) => given(client[column]);
  }
}

/** Numbers before text, as custom fields may hold both. */
function compareKeys(a, b, compareText) {
  const numbers = (typeof a !== "string") - (typeof b !== "string");
  if (numbers !== 0) return -numbers;
  return typeof a === "string" ? compareText(a, b) : a - b;
}

const given = (value) => (value === undefined || value === null || value === "" ? null : value);
