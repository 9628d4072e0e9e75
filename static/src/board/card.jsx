import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { paths } from "../app/router.js";
import { daysUntil, formatDay } from "../format/dates.js";
import { formatMoney } from "../format/money.js";
import { joinNames } from "../format/names.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { CalendarIcon } from "../ui/icons.jsx";
import { memo } from "../ui/memo.jsx";

const FLASH_MS = 1_200;
const ARRIVAL_MS = 180;
const NEWS_MS = 5_000; // what changed longer ago is no news
const MOST_TAGS = 3;

export const Card = memo(function Card({ client, opened, lifted }) {
  const board = useBoard();
  const { router } = useApp();
  const element = useRef(null);
  useArrival(element, client, board);
  useLayoutEffect(() => {
    // The panel has taken some of the board's room.
    if (opened) element.current.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [opened]);
  useFlash(element, client, board);
  const { name, company, tags, value } = client;
  const owner = client.owner_id ? board.members.value.get(client.owner_id) : null;
  const foot = value || client.next_action_at || owner;

  return (
    <li
      ref={element}
      data-card={client.id}
      class={`card ${opened ? "card--open" : ""} ${lifted ? `card--${lifted}` : ""}`}
    >
      <button
        type="button"
        class="card__name"
        aria-describedby={board.canEdit.value ? "drag-hint" : undefined}
        aria-current={opened ? "true" : undefined}
        onClick={() => router.go(paths.client(board.workspace, client.id))}
      >
        {name}
      </button>
      {company && <p class="card__company">{company}</p>}
      {tags.length > 0 && <Tags tags={tags} />}
      {foot && (
        <div class="card__foot">
          {value && <span class="card__value">{formatMoney(value)}</span>}
          {client.next_action_at && <Due when={client.next_action_at} />}
          {owner && <Avatar id={owner.user_id} name={owner.name} size="small" label={text.board.owner(owner.name)} />}
        </div>
      )}
      <Viewers id={client.id} />
    </li>
  );
});

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

function Due({ when }) {
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

/** Whoever has this card open right now. */
function Viewers({ id }) {
  const viewers = useBoard().viewers.value.get(id);
  if (!viewers) return null;
  return (
    <span class="card__viewers">
      <span class="visually-hidden">{text.board.viewing(joinNames(viewers.map(({ name }) => name)))}</span>
      {viewers.slice(0, 3).map((person) => (
        <Avatar key={person.id} id={person.id} name={person.name} size="tiny" />
      ))}
    </span>
  );
}

/** A card that is new here comes in softly, unless this person has just put it down here. */
function useArrival(element, client, board) {
  useLayoutEffect(() => {
    if (board.justMoved === client.id) return;
    if (Math.abs(Date.now() - Date.parse(client.updated_at)) > NEWS_MS || isCalm()) return;
    element.current.animate([{ opacity: 0, transform: "scale(.97)" }, {}], {
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
    if (!news || isCalm()) return;
    const glow = { backgroundColor: "var(--accent-soft)" };
    element.current.animate([glow, { ...glow, offset: 0.3 }, {}], FLASH_MS);
  }, [client.version]);
}

function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
