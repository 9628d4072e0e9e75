import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatAgo, formatMoment } from "../format/dates.js";
import { fieldLabel, shownValue } from "../format/field-values.js";
import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { CheckIcon, CloseIcon } from "../ui/icons.jsx";
import { differenceOf, isStale } from "./difference.js";

/** What the assistant would change, for people to decide. */
export function Proposal({ proposal }) {
  const board = useBoard();
  const words = text.assistant.proposal;
  const client = board.clients.value.get(proposal.client_id) ?? null;
  const name = client?.name ?? proposal.client_name ?? proposal.data.name ?? "";
  const stale = isStale(proposal, client);
  return (
    <article class={`proposal proposal--${proposal.status}`} aria-label={words.ops[proposal.op](name)}>
      <h3 class="proposal__title">
        {client ? (
          <>
            {words.verbs[proposal.op]} <a href={board.href(client.id)}>{name}</a>
          </>
        ) : (
          words.ops[proposal.op](name)
        )}
      </h3>
      {proposal.reason && <p class="proposal__reason">{proposal.reason}</p>}
      {proposal.op === "comment.create" && <blockquote class="proposal__comment">{proposal.data.body}</blockquote>}
      <Difference rows={differenceOf(proposal, client)} />
      {stale && <p class="proposal__stale">{client ? words.stale(name) : words.gone(name)}</p>}
      {proposal.status === "open" ? <Decide proposal={proposal} stale={stale} /> : <Decided proposal={proposal} />}
    </article>
  );
}

function Difference({ rows }) {
  const board = useBoard();
  const words = text.assistant.proposal;
  if (rows.length === 0) return null;
  return (
    <dl class="difference">
      {rows.map(({ field, before, after }) => {
        const [from, to] = [before, after].map((value) => shownValue(field, value, board));
        return (
          <div class="difference__row" key={field}>
            <dt>{fieldLabel(field)}</dt>
            <dd>
              {before !== undefined && (
                <del>
                  <span class="visually-hidden">{words.before} </span>
                  {from || text.panel.empty}
                </del>
              )}
              <ins>
                <span class="visually-hidden">{words.after} </span>
                {to || text.panel.empty}
              </ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Decide({ proposal, stale }) {
  const board = useBoard();
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const words = text.assistant.proposal;
  if (!board.canEdit.value) return <p class="proposal__foot">{words.onlyEditors}</p>;

  async function decide(answered) {
    if (busy) return;
    setBusy(true);
    setError(null);
    await answered(proposal).catch(setError);
    setBusy(false);
  }

  return (
    <>
      {error && (
        <p class="callout callout--error" role="alert">
          {messageOf(error)}
        </p>
      )}
      <div class="proposal__foot">
        {!stale && (
          <button
            type="button"
            class="button button--small button--primary"
            aria-busy={busy}
            onClick={() => decide(board.assistant.apply)}
          >
            <CheckIcon size={14} /> {words.apply}
          </button>
        )}
        <button
          type="button"
          class="button button--small button--quiet"
          onClick={() => decide(board.assistant.dismiss)}
        >
          <CloseIcon size={14} /> {words.dismiss}
        </button>
      </div>
    </>
  );
}

function Decided({ proposal }) {
  const board = useBoard();
  const { decided_at: at, decided_by: person, status } = proposal;
  const name = board.members.value.get(person?.id)?.name ?? person?.name ?? text.panel.somebody;
  return (
    <p class={`proposal__foot proposal__decision proposal__decision--${status}`}>
      {status === "applied" ? <CheckIcon size={14} /> : <CloseIcon size={14} />}
      <span>
        {text.assistant.proposal[status](name)}{" "}
        {at && (
          <time dateTime={at} title={formatMoment(at)}>
            {formatAgo(at)}
          </time>
        )}
      </span>
    </p>
  );
}
