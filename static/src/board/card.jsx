import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatMoney } from "../format/money.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { Due } from "../ui/due.jsx";
import { flash, isCalm } from "../ui/flash.js";
import { Viewers } from "../ui/viewers.jsx";
import { memo } from "../ui/memo.jsx";
import { shapeOf } from "./metrics.js";

const ARRIVAL_MS = 180;
const NEWS_MS = 5_000; // what changed longer ago is no news
const MOST_TAGS = 3;

/** `top`: where it stands in its column, in pixels; `place` of `count`: the same in numbers. */
export const Card = memo(function Card({ client, top, place, count, opened, lifted }) {
  const board = useBoard();
  const element = useRef(null);
  useArrival(element, client, board);
  useFlash(element, client, board);
  const { name, company, tags, value } = client;

  return (
    <li
      ref={element}
      data-card={client.id}
      data-shape={shapeOf(client)}
      class={`card ${opened ? "card--open" : ""} ${lifted ? `card--${lifted}` : ""}`}
      style={{ translate: `0 ${top}px` }}
      aria-posinset={place}
      aria-setsize={count}
    >
      <button
        type="button"
        class="card__name"
        title={name}
        aria-describedby={board.canEdit.value ? "drag-hint" : undefined}
        aria-current={opened ? "true" : undefined}
        onClick={() => board.open(client.id)}
      >
        {name}
      </button>
      {company && <p class="card__company">{company}</p>}
      {tags.length > 0 && <Tags tags={tags} />}
      {(value || client.next_action_at || client.owner_id) && (
        <div class="card__foot">
          {value && <span class="card__value">{formatMoney(value)}</span>}
          {client.next_action_at && <Due when={client.next_action_at} />}
          {client.owner_id && <Owner id={client.owner_id} />}
        </div>
      )}
      <Viewers id={client.id} class="card__viewers" />
    </li>
  );
});

function Owner({ id }) {
  const owner = useBoard().members.value.get(id);
  const name = owner?.name ?? text.panel.formerMember;
  return <Avatar id={id} name={name} size="small" label={text.board.owner(name)} />;
}

function Tags({ tags }) {
  return (
    <ul class="tags" role="list">
      {tags.slice(0, MOST_TAGS).map((tag) => (
        <li class="tag" key={tag}>
          {tag}
        </li>
      ))}
      {tags.length > MOST_TAGS && (
        <li class="tag tag--rest" title={tags.slice(MOST_TAGS).join(", ")}>
          +{tags.length - MOST_TAGS}
        </li>
      )}
    </ul>
  );
}

/** A card that is new here comes in softly, unless this person has just put it down here. */
function useArrival(element, client, board) {
  useLayoutEffect(() => {
    if (board.justMoved === client.id) return;
    if (Math.abs(Date.now() - Date.parse(client.updated_at)) > NEWS_MS || isCalm()) return;
    element.current.animate([{ opacity: 0, scale: 0.97 }, {}], {
      duration: ARRIVAL_MS,
      easing: "ease-out",
    });
  }, []);
}

/** A change by somebody else shines briefly. */
function useFlash(element, client, board) {
  const seen = useRef(client.version);
  useEffect(() => {
    const news = client.version > seen.current && client.updated_by !== board.me.peek()?.id;
    seen.current = client.version;
    if (news) flash(element.current);
  }, [client.version]);
}
