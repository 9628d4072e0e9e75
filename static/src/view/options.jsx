// What can be chosen for a field, for filters and for changes of many clients at once.
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { DUES, MYSELF, NOBODY } from "./view.js";

export function stageOptions(board) {
  return board.stages.value.map(({ key, name, color }) => ({
    key,
    label: name,
    mark: <span class="dot" style={{ "--dot": color }} aria-hidden="true" />,
  }));
}

/** `me`: with the person's own entry, so that a saved view means whoever looks. */
export function ownerOptions(board, { me = false } = {}) {
  const mine = board.me.value?.id;
  const members = [...board.members.value.values()].sort((a, b) => a.name.localeCompare(b.name));
  const own = { key: MYSELF, label: text.filters.me, mark: <Face id={mine} name={board.me.value?.name ?? ""} /> };
  const nobody = { key: NOBODY, label: text.panel.noOwner, mark: <span class="avatar avatar--tiny avatar--nobody" /> };
  const others = members
    .filter(({ user_id: id }) => !me || id !== mine)
    .map(({ user_id: id, name }) => ({ key: id, label: name, mark: <Face id={id} name={name} /> }));
  return [...(me ? [own] : []), nobody, ...others];
}

/** Every tag on the board, the most used first. `more` are listed even if no client has them. */
export function tagOptions(board, more = []) {
  const counts = new Map(more.map((tag) => [tag, 0]));
  for (const { tags } of board.clients.value.values()) {
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return sorted.map(([tag, count]) => ({ key: tag, label: tag, count }));
}

export function dueOptions() {
  return DUES.map((key) => ({ key, label: text.filters.dues[key] }));
}

function Face({ id, name }) {
  return <Avatar id={id ?? ""} name={name} size="tiny" title="" />;
}
