import { useBoard } from "../app/context.js";
import { joinNames } from "../format/names.js";
import { text } from "../text/index.js";
import { Avatar } from "./avatar.jsx";

const MOST = 3;

/** Whoever has this client open right now. */
export function Viewers({ id, class: className = "viewers" }) {
  const viewers = useBoard().viewers.value.get(id);
  if (!viewers) return null;
  return (
    <span class={className}>
      <span class="visually-hidden">{text.board.viewing(joinNames(viewers.map(({ name }) => name)))}</span>
      {viewers.slice(0, MOST).map((person) => (
        <Avatar key={person.id} id={person.id} name={person.name} size="tiny" />
      ))}
    </span>
  );
}
