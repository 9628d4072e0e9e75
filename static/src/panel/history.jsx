import { useEffect, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatAgo, formatDay, formatMoment } from "../format/dates.js";
import { formatMoney } from "../format/money.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { useClient } from "./context.js";

const SETTLE_MS = 400; // several changes in a row are read once

export function History() {
  const board = useBoard();
  const { id, version } = useClient();
  const [entries, setEntries] = useState(null);
  const [cursor, setCursor] = useState(null);
  const [failed, setFailed] = useState(false);
  const unsent = version === 0; // the server does not know this client yet
  const connection = board.connection.value;

  useEffect(() => {
    if (unsent) return undefined;
    let wanted = true;
    const read = async () => {
      try {
        const page = await board.history(id);
        if (!wanted) return;
        setEntries(page.items);
        setCursor(page.next_cursor);
        setFailed(false);
      } catch {
        if (wanted) setFailed(true);
      }
    };
    const timer = setTimeout(read, entries ? SETTLE_MS : 0);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [id, version, failed && connection]);

  async function more() {
    try {
      const page = await board.history(id, cursor);
      setEntries([...entries, ...page.items]);
      setCursor(page.next_cursor);
    } catch {
      setFailed(true);
    }
  }

  return (
    <section class="panel__section" aria-label={text.history.title}>
      <h3>{text.history.title}</h3>
      {failed && (
        <p class="panel__hint" role="alert">
          {text.history.failed}
        </p>
      )}
      {!entries && !failed && !unsent && (
        <div class="skeleton skeleton--row" aria-label={text.history.loading} role="img" />
      )}
      <ol class="history" role="list">
        {entries?.map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </ol>
      {cursor && (
        <button type="button" class="button button--quiet button--small" onClick={more}>
          {text.history.more}
        </button>
      )}
    </section>
  );
}

function Entry({ entry }) {
  const board = useBoard();
  const { actor, at, op, changes } = entry;
  const name = board.members.value.get(actor.id)?.name ?? actor.name;
  const said = op === "updated" ? sentencesOf(changes, board) : [text.history[op]];
  const via = text.history.via[actor.via];
  return (
    <li class="history__entry">
      <Avatar id={actor.id} name={name} size="tiny" title="" />
      <p>
        <strong>{name}</strong> {said.join(", ")}
        {via && ` ${via}`}{" "}
        <time dateTime={at} title={formatMoment(at)}>
          {formatAgo(at)}
        </time>
      </p>
    </li>
  );
}

/** What changed, in words: a move is one thing, whatever fields it touched. */
function sentencesOf(changes, board) {
  const moved = changes.some(({ field }) => field === "stage");
  const told = changes.filter(({ field }) => field !== "position" || (!moved && changes.length === 1));
  return told.map(({ field, from, to }) => sentenceOf(field, from, to, board));
}

function sentenceOf(field, from, to, board) {
  const words = text.history;
  if (field === "position") return words.reordered;
  const name = words.fields[field] ?? field;
  if (field === "notes" || field === "custom") return words.edited(name);
  const [before, after] = [from, to].map((value) => shownValue(field, value, board));
  if (field === "stage") return words.moved(before, after);
  if (after === "") return words.cleared(name);
  return before === "" ? words.set(name, after) : words.changed(name, before, after);
}

function shownValue(field, value, board) {
  if (value === null || value === undefined) return "";
  if (field === "stage") return board.stages.value.find(({ key }) => key === value)?.name ?? value;
  if (field === "owner_id") return board.members.value.get(value)?.name ?? text.panel.formerMember;
  if (field === "value") return formatMoney(value);
  if (field === "tags") return value.join(", ");
  if (field === "next_action_at") return formatDay(value);
  return String(value);
}
