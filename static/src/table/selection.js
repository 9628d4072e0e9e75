// Which rows of a list are chosen, and which one the keyboard is on. Pure: `ids` are the rows' ids in their order.

/** `active`: the keyboard's row; `anchor`: where a range begins. */
export const nothingSelected = Object.freeze({ chosen: new Set(), active: null, anchor: null });

/** A press on a row's box: switches it, or with `range` chooses everything between the anchor and it. */
export function pressed(selection, ids, id, { range = false } = {}) {
  if (range && ids.includes(selection.anchor)) {
    const chosen = new Set([...selection.chosen, ...between(ids, selection.anchor, id)]);
    return { chosen, active: id, anchor: selection.anchor };
  }
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { chosen, active: id, anchor: id };
}

/** The keyboard goes `step` rows on; with `extend` what lies between the anchor and there is chosen. */
export function moved(selection, ids, step, { extend = false } = {}) {
  if (ids.length === 0) return selection;
  const at = ids.indexOf(selection.active);
  const wanted = at >= 0 ? at + step : step < 0 ? ids.length + step : step - 1; // from outside, over the nearer end
  const to = Math.min(ids.length - 1, Math.max(0, wanted));
  const active = ids[to];
  if (!extend) return { ...selection, active, anchor: active };
  const anchor = ids.includes(selection.anchor) ? selection.anchor : (selection.active ?? active);
  return { chosen: new Set(between(ids, anchor, active)), active, anchor };
}

/** Everything, or nothing if everything was chosen already. */
export function allOrNone(selection, ids) {
  const all = ids.length > 0 && ids.every((id) => selection.chosen.has(id));
  return { ...selection, chosen: new Set(all ? [] : ids) };
}

/** Without the rows that are not there any more; the same object if none has gone. */
export function pruned(selection, ids) {
  const there = new Set(ids);
  const chosen = [...selection.chosen].filter((id) => there.has(id));
  const active = there.has(selection.active) ? selection.active : null;
  if (chosen.length === selection.chosen.size && active === selection.active) return selection;
  return { chosen: new Set(chosen), active, anchor: active };
}

function between(ids, a, b) {
  const [from, to] = [ids.indexOf(a), ids.indexOf(b)].sort((x, y) => x - y);
  return from < 0 ? [b] : ids.slice(from, to + 1);
}
