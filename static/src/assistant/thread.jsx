import { useEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { ArrowDownIcon } from "../ui/icons.jsx";
import { useSubject } from "./ask-box.jsx";
import { Message, Waiting } from "./message.jsx";

const NEAR_PX = 48; // so near to the end somebody follows what is written

export function Thread() {
  const { assistant } = useBoard();
  const messages = assistant.messages.value;
  const asking = assistant.asking.value;
  const { scroller, content, following, follow } = useFollowing();
  const retried = new Set(messages.map((message) => message.retry_of).filter(Boolean));
  const words = text.assistant;

  useEffect(follow, [asking.length > 0]); // whoever asks wants to see the answer

  return (
    <div class="thread">
      {/* It scrolls, so the keyboard must reach it. */}
      <div class="thread__scroll" ref={scroller} tabIndex={0} role="region" aria-label={words.thread}>
        <div class="thread__content" ref={content}>
          <State empty={messages.length === 0 && asking.length === 0} />
          {assistant.more.value && <Earlier />}
          <ol class="thread__list" role="list">
            {messages.map((message) => (
              <Message key={message.id} message={message} retried={retried.has(message.id)} />
            ))}
            {asking.map((entry) => (
              <Waiting key={entry.id} entry={entry} />
            ))}
          </ol>
        </div>
      </div>
      {!following && (
        <button type="button" class="button button--small thread__latest" onClick={follow}>
          <ArrowDownIcon size={14} /> {words.latest}
        </button>
      )}
      <Announcer messages={messages} content={content} />
    </div>
  );
}

/** Keeps the end in sight while it grows, unless the reader has scrolled away from it. */
function useFollowing() {
  const scroller = useRef(null);
  const content = useRef(null);
  const [following, setFollowing] = useState(true);
  const self = useRef({ following: true }).current;

  function set(next) {
    self.following = next;
    setFollowing(next);
  }

  function toEnd() {
    if (self.following && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }

  useEffect(() => {
    const element = scroller.current;
    let last = element.scrollTop;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      // Growing text scrolls nothing by itself: only a way upwards is the reader's.
      if (atEnd) set(true);
      else if (scrollTop < last) set(false);
      last = scrollTop;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    const observer = new ResizeObserver(toEnd);
    observer.observe(content.current);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, []);

  return {
    scroller,
    content,
    following,
    follow() {
      set(true);
      toEnd();
    },
  };
}

function State({ empty }) {
  const { assistant } = useBoard();
  const words = text.assistant;
  const reading = assistant.reading.value;
  if (reading === "failed") {
    return (
      <p class="callout callout--error" role="alert">
        {words.failedToRead}{" "}
        <button type="button" class="link" onClick={assistant.read}>
          {text.retry}
        </button>
      </p>
    );
  }
  if (!empty) return null;
  if (reading !== "read") {
    return (
      <div class="thread__loading" role="img" aria-label={words.loading}>
        <div class="skeleton skeleton--line" />
        <div class="skeleton skeleton--card" />
      </div>
    );
  }
  return <Examples />;
}

/** An empty thread shows what can be asked. */
function Examples() {
  const { assistant } = useBoard();
  const [client] = useSubject();
  const words = text.assistant;
  const examples = client ? words.clientExamples : words.examples;
  return (
    <div class="thread__empty">
      <h3>{words.emptyTitle}</h3>
      <p>{words.emptyLead}</p>
      <ul class="examples" role="list">
        {examples.map((example) => (
          <li key={example}>
            <button
              type="button"
              class="examples__item"
              onClick={() => assistant.ask(example, client?.id).catch(() => {})}
            >
              {example}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Earlier() {
  const { assistant } = useBoard();
  const [busy, setBusy] = useState(false);
  async function read() {
    if (busy) return;
    setBusy(true);
    await assistant.readEarlier().catch(() => {}); // the button stays, to try again
    setBusy(false);
  }
  return (
    <button type="button" class="button button--quiet button--small thread__earlier" aria-busy={busy} onClick={read}>
      {text.assistant.earlier}
    </button>
  );
}

/** For screen readers: that a reply begins, and the whole of it when it has ended, instead of every word as it comes. */
function Announcer({ messages, content }) {
  const [said, setSaid] = useState("");
  const known = useRef(null);
  const words = text.assistant;

  useEffect(() => {
    const before = known.current;
    known.current = new Map(messages.map(({ id, status }) => [id, status]));
    if (!before) return;
    const replyOf = (id) => content.current.querySelector(`[data-message="${CSS.escape(id)}"] .reply`)?.textContent;
    for (const { id, status } of messages) {
      const was = before.get(id);
      if (status === "streaming" && was === undefined) setSaid(words.writing);
      else if (was === "streaming" && status === "done") setSaid(`${words.answered} ${replyOf(id) ?? ""}`);
      else if (was === "streaming" && status !== "streaming") setSaid(words.statuses[status]);
    }
  }, [messages]);

  return (
    <p class="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
