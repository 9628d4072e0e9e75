import { useEffect, useState } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { formatAgo, formatMoment } from "../format/dates.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { UndoIcon } from "../ui/icons.jsx";
import { useClient } from "./context.js";
import { reversal } from "./revert.js";
import { sentencesOf } from "./sentences.js";

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
      <Revert entry={entry} said={said.join(", ")} />
    </li>
  );
}

/** Takes the change back, unless somebody has changed the client in the meantime. */
function Revert({ entry, said }) {
  const board = useBoard();
  const client = useClient();
  const { toasts } = useApp();
  const data = board.canEdit.value ? reversal(entry, client) : null;
  if (!data || client.version === 0) return null;

  async function revert() {
    try {
      await board.update(client.id, data, { ifVersion: client.version });
      toasts.show(text.history.reverted);
    } catch {
      // Refused; the board has said why.
    }
  }

  return (
    <button
      type="button"
      class="icon-button icon-button--small history__revert"
      aria-label={text.history.revertThis(said)}
      title={text.history.revert}
      onClick={revert}
    >
      <UndoIcon size={14} />
    </button>
  );
}
