import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatAgo, formatDate } from "../format/dates.js";
import { language } from "../text/index.js";
import { Copy } from "../ui/copy.jsx";
import { Dialog } from "../ui/dialog.jsx";
import { Fault, FormFault } from "../ui/fault.jsx";
import { FormField, faultsOf } from "../ui/field.jsx";
import { useListing } from "../ui/listing.js";
import { Sure } from "../ui/sure.jsx";
import { Deliveries } from "./deliveries.jsx";
import { en, ptBR } from "./words.js";

const words = language === "pt-BR" ? ptBR : en;

/** The workspace's webhooks, for its admins. */
export function WebhooksDialog({ onClose }) {
  const { webhooks } = useBoard();
  const hooks = useListing(async () => (await webhooks("GET", "")).items);
  const [made, setMade] = useState(null); // a webhook with its secret, which is shown once
  const [error, setError] = useState(null);
  const [opened, setOpened] = useState(null); // the id of the webhook whose deliveries are shown

  /** One thing done to the webhook at `path`; what the server says of it is shown. */
  async function act(method, path, body) {
    setError(null);
    try {
      const answer = await webhooks(method, path, body);
      if (answer?.secret) setMade(answer);
      hooks.reload();
      return answer;
    } catch (failure) {
      setError(failure);
      return null;
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      <Fault error={error ?? hooks.error} onRetry={hooks.error ? hooks.reload : undefined} />
      {made && <Copy key={made.secret} label={words.secret} value={made.secret} hint={`${made.url} · ${words.once}`} />}
      {hooks.items === null && !hooks.error && <div class="skeleton skeleton--row" aria-busy="true" />}
      {hooks.items?.length === 0 && <p class="dialog__none">{words.none}</p>}
      {hooks.items?.length > 0 && (
        <ul class="rows" role="list">
          {hooks.items.map((hook) => (
            <Hook
              key={hook.id}
              hook={hook}
              act={act}
              opened={opened === hook.id}
              onOpen={() => setOpened(opened === hook.id ? null : hook.id)}
            />
          ))}
        </ul>
      )}
      <NewHook
        onMade={(hook) => {
          setMade(hook);
          hooks.reload();
        }}
      />
    </Dialog>
  );
}

function Hook({ hook, act, opened, onOpen }) {
  const [tests, setTests] = useState(0);
  const path = `/${encodeURIComponent(hook.id)}`;
  const about = [
    hook.enabled ? words.on : (hook.disabled_reason ?? words.off),
    hook.events.includes("*") ? words.all : hook.events.join(", "),
    hook.failing_since && words.failing(formatAgo(hook.failing_since)),
    hook.former_secret_until && words.former(formatDate(hook.former_secret_until)),
    hook.description,
  ];
  const buttons = [
    {
      label: words.test,
      run: async () => {
        if (await act("POST", `${path}/test`)) setTests(tests + 1);
        if (!opened) onOpen();
      },
    },
    { label: words.deliveries, run: onOpen, expanded: opened },
    {
      label: hook.enabled ? words.switchOff : words.switchOn,
      run: () => act("PATCH", path, { enabled: !hook.enabled }),
    },
  ];
  return (
    <li class="row webhook">
      <span class="row__text">
        <strong>{hook.url}</strong>
        <span>{about.filter(Boolean).join(" · ")}</span>
      </span>
      <div class="webhook__buttons">
        {buttons.map(({ label, run, expanded }) => (
          <button
            key={label}
            type="button"
            class="button button--small button--quiet"
            aria-label={`${label}: ${hook.url}`}
            aria-expanded={expanded}
            onClick={run}
          >
            {label}
          </button>
        ))}
        <Sure
          label={`${words.rotate}: ${hook.url}`}
          short={words.rotate}
          question={words.sure}
          onSure={() => act("POST", `${path}/secret`)}
        />
        <Sure
          label={`${words.remove}: ${hook.url}`}
          short={words.remove}
          question={words.sure}
          onSure={() => act("DELETE", path)}
        />
      </div>
      {opened && <Deliveries key={tests} hook={hook} path={`${path}/deliveries`} words={words} />}
    </li>
  );
}

function NewHook({ onMade }) {
  const { webhooks } = useBoard();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const faults = faultsOf(error);
  const events = Object.keys(faults).find((field) => field.startsWith("events"));

  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = Object.fromEntries(new FormData(form));
    if (busy) return;
    setBusy(true);
    setError(null);
    const body = {
      url: fields.url.trim(),
      events: fields.events.split(/[\s,]+/).filter(Boolean),
      description: fields.description.trim(),
    };
    try {
      onMade(await webhooks("POST", "", body));
      form.reset();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <form class="dialog__form dialog__form--more" onSubmit={submit}>
      <h3>{words.create}</h3>
      <FormFault error={error} />
      <FormField
        label={words.url}
        name="url"
        type="url"
        placeholder="https://example.com/hooks"
        autoComplete="off"
        required
        error={faults.url}
      />
      <FormField
        label={words.events}
        name="events"
        defaultValue="client.*"
        hint={words.eventsHint}
        autoComplete="off"
        required
        error={events && faults[events]}
      />
      <FormField
        label={words.description}
        name="description"
        maxLength={200}
        autoComplete="off"
        error={faults.description}
      />
      <button type="submit" class="button button--primary" aria-busy={busy}>
        {words.submit}
      </button>
    </form>
  );
}
