import { useEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatAgo, formatMoment } from "../format/dates.js";
import { joinNames } from "../format/names.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { useClient, useEditing } from "./context.js";

const LONGEST = 10_000;
const FIELD = "comment"; // under which presence tells that somebody writes one

export function Comments() {
  const board = useBoard();
  const { id, version } = useClient();
  const unsent = version === 0; // the server does not know this client yet
  const [state, setState] = useState("loading");
  const connection = board.connection.value;
  const list = [...(board.comments.value.get(id)?.values() ?? [])].sort((a, b) =>
    a.created_at < b.created_at ? -1 : 1,
  );

  useEffect(() => {
    if (unsent || state === "loaded") return;
    board.loadComments(id).then(
      () => setState("loaded"),
      () => setState("failed"),
    );
  }, [id, unsent, connection]);

  return (
    <section class="panel__section" aria-label={text.comments.title}>
      <h3>{text.comments.title}</h3>
      {state === "failed" && (
        <p class="panel__hint" role="alert">
          {text.comments.failed}
        </p>
      )}
      {state === "loading" && !unsent && list.length === 0 && (
        <div class="skeleton skeleton--row" aria-label={text.comments.loading} role="img" />
      )}
      {(state === "loaded" || unsent) && list.length === 0 && <p class="panel__hint">{text.comments.none}</p>}
      <ul class="comments" role="list">
        {list.map((comment) => (
          <Comment key={comment.id} comment={comment} />
        ))}
      </ul>
      {board.canEdit.value && <Write />}
    </section>
  );
}

function Comment({ comment }) {
  const board = useBoard();
  const { author_id: author, body, created_at: at } = comment;
  const name = board.members.value.get(author)?.name ?? comment.author_name ?? text.panel.somebody;
  return (
    <li class="comment">
      <Avatar id={author} name={name} size="small" title="" />
      <div class="comment__body">
        <p class="comment__head">
          <strong>{name}</strong>{" "}
          <time dateTime={at} title={formatMoment(at)}>
            {formatAgo(at)}
          </time>
        </p>
        <p class="comment__text">{body}</p>
      </div>
    </li>
  );
}

function Write() {
  const board = useBoard();
  const { id } = useClient();
  const input = useRef(null);
  const [empty, setEmpty] = useState(true);
  const onEditing = useEditing(FIELD);
  const writers = board.editors.value.get(`${id}/${FIELD}`);

  function send(event) {
    event.preventDefault();
    const body = input.current.value.trim();
    if (body === "") return;
    input.current.value = "";
    setEmpty(true);
    board.comment(id, body).catch(() => {
      // Refused: what was written must not be lost.
      if (input.current && input.current.value === "") input.current.value = body;
    });
  }

  return (
    <form class="write" onSubmit={send}>
      <textarea
        ref={input}
        class="input write__input"
        aria-label={text.comments.write}
        placeholder={text.comments.write}
        maxLength={LONGEST}
        rows={2}
        onInput={(event) => setEmpty(event.currentTarget.value.trim() === "")}
        onFocus={() => onEditing(true)}
        onBlur={() => onEditing(false)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event)}
      />
      <p class="write__others" role="status">
        {writers && text.comments.writing(joinNames(writers.map(({ name }) => name)))}
      </p>
      <button type="submit" class="button button--small" disabled={empty}>
        {text.comments.send}
      </button>
    </form>
  );
}
