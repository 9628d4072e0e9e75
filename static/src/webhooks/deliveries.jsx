import { useEffect, useState } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { formatAgo } from "../format/dates.js";
import { Fault } from "../ui/fault.jsx";
import { useListing } from "../ui/listing.js";

const LOOK_AGAIN_MS = 1_000; // while one waits

/** What was sent to a webhook lately, with the receiver's answers. */
export function Deliveries({ hook, path, words }) {
  const { webhooks } = useBoard();
  const { clock } = useApp();
  const list = useListing(async () => (await webhooks("GET", `${path}?limit=20`)).items);
  const [error, setError] = useState(null);
  const waits = list.items?.some(({ status }) => status === "pending");
  useEffect(() => (waits ? clock.after(LOOK_AGAIN_MS, list.reload) : undefined), [list.items]);

  async function replay(delivery) {
    setError(null);
    try {
      await webhooks("POST", `${path}/${encodeURIComponent(delivery.id)}/replay`);
      list.reload();
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <section class="webhook__deliveries" aria-label={words.deliveriesOf(hook.url)}>
      <Fault error={error ?? list.error} onRetry={list.error ? list.reload : undefined} />
      {list.items?.length === 0 && <p class="dialog__none">{words.noDeliveries}</p>}
      <ul class="rows" role="list">
        {list.items?.map((delivery) => (
          <li class="row" key={delivery.id}>
            <span class="row__text">
              <strong>{delivery.event}</strong>
              <span>{about(delivery, words)}</span>
              {delivery.response_body && <code class="webhook__answer">{delivery.response_body}</code>}
            </span>
            {(delivery.kind === "change" || delivery.kind === "replay") && (
              <button
                type="button"
                class="button button--small button--quiet"
                aria-label={`${words.replay}: ${delivery.event}, ${formatAgo(delivery.at)}`}
                onClick={() => replay(delivery)}
              >
                {words.replay}
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="link" onClick={list.reload}>
        {words.refresh}
      </button>
    </section>
  );
}

function about({ at, attempt, duration_ms: ms, error, response_status: status, status: how }, words) {
  return [
    words.statuses[how],
    status ?? error,
    attempt > 1 && words.attempt(attempt),
    ms !== null && `${ms} ms`,
    formatAgo(at),
  ]
    .filter(Boolean)
    .join(" · ");
}
