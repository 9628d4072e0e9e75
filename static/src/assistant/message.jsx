import { useBoard } from "../app/context.js";
import { formatAgo, formatMoment } from "../format/dates.js";
import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { Avatar } from "../ui/avatar.jsx";
import { AlertIcon, RetryIcon, SparkIcon, StopIcon } from "../ui/icons.jsx";
import { memo } from "../ui/memo.jsx";
import { Proposal } from "./proposal.jsx";
import { Reply } from "./reply.jsx";

/** A question with its reply. `retried`: somebody has asked it again since. */
export const Message = memo(function Message({ message, retried }) {
  const writing = message.status === "streaming";
  return (
    <li class="message" data-message={message.id}>
      <Question message={message} />
      <div class="message__reply" aria-busy={writing}>
        <span class="message__mark" aria-hidden="true">
          <SparkIcon size={14} />
        </span>
        <div class="message__body">
          {message.text !== "" && <Reply text={message.text} writing={writing} />}
          {writing && message.text === "" && <Thinking />}
          {message.proposals.map((proposal) => (
            <Proposal key={proposal.id} proposal={proposal} />
          ))}
          <Ending message={message} retried={retried} />
        </div>
      </div>
    </li>
  );
});

/** A question that the server does not have yet. */
export function Waiting({ entry }) {
  const board = useBoard();
  const { command, at } = entry;
  const me = board.me.value;
  const asked = { asked_by: me, created_at: at, prompt: command.data.prompt, client_id: command.client_id ?? null };
  return (
    <li class="message message--waiting">
      <Question message={asked} />
      <p class="message__ending">{text.assistant.waiting}</p>
    </li>
  );
}

function Question({ message }) {
  const board = useBoard();
  const { asked_by: asker, client_id: clientId, created_at: at, prompt } = message;
  const name = board.members.value.get(asker.id)?.name ?? asker.name;
  const words = text.assistant;
  return (
    <div class="question">
      <Avatar id={asker.id} name={name} size="small" title="" />
      <div class="question__body">
        <p class="question__head">
          <strong>{asker.id === board.me.value?.id ? words.you : name}</strong>{" "}
          {message.retry_of && <span>{words.again} </span>}
          <time dateTime={at} title={formatMoment(at)}>
            {formatAgo(at)}
          </time>
        </p>
        <p class="question__prompt">{prompt}</p>
        {clientId && <Subject id={clientId} />}
      </div>
    </div>
  );
}

function Subject({ id }) {
  const board = useBoard();
  const client = board.clients.value.get(id);
  if (!client) return null;
  return (
    <a class="question__subject" href={board.href(id)}>
      {text.assistant.about(client.name)}
    </a>
  );
}

function Thinking() {
  return (
    <p class="thinking">
      <span class="thinking__dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text.assistant.thinking}
    </p>
  );
}

/** How it ended, or the way to end it. */
function Ending({ message, retried }) {
  const board = useBoard();
  const { assistant } = board;
  const { problem, status } = message;
  const words = text.assistant;
  if (status === "done") return null;
  if (status === "streaming") {
    const mine = message.asked_by.id === board.me.value?.id;
    if (!mine && !board.canEdit.value) return null;
    return (
      <p class="message__ending">
        <button type="button" class="button button--small" onClick={() => assistant.stop(message).catch(() => {})}>
          <StopIcon size={12} /> {words.stop}
        </button>
      </p>
    );
  }
  return (
    <div class={`message__ending ${status === "cancelled" ? "" : "message__ending--fault"}`}>
      {status !== "cancelled" && <AlertIcon size={14} />}
      <p>
        {words.statuses[status]}
        {status === "error" && problem && ` ${messageOf({ problem, message: problem.detail })}`}
      </p>
      {!retried && (
        <button type="button" class="button button--small" onClick={() => assistant.retry(message).catch(() => {})}>
          <RetryIcon size={14} /> {text.retry}
        </button>
      )}
    </div>
  );
}
