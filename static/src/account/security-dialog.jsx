import { useState } from "preact/hooks";
import { useApp } from "../app/context.js";
import { formatAgo, formatDate } from "../format/dates.js";
import { allPages } from "../sync/snapshot.js";
import { language, text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";
import { Fault, FormFault } from "../ui/fault.jsx";
import { FormField, faultsOf } from "../ui/field.jsx";
import { useListing } from "../ui/listing.js";
import { Sure } from "../ui/sure.jsx";
import { deviceOf, programOf } from "./device.js";
import { en, ptBR } from "./security-words.js";

const words = language === "pt-BR" ? ptBR : en;

/** Where one is signed in, and one's password. */
export function SecurityDialog({ onClose }) {
  const { request } = useApp();
  const sessions = useListing(async () => hereFirst(await allPages(request, "/auth/sessions")));
  const [error, setError] = useState(null);
  const others = sessions.items?.filter(({ current }) => !current) ?? [];

  async function end(ended) {
    setError(null);
    try {
      for (const { id } of ended) await request("DELETE", `/auth/sessions/${encodeURIComponent(id)}`);
    } catch (failure) {
      setError(failure);
    }
    sessions.reload();
  }

  return (
    <Dialog title={text.menu.security} onClose={onClose}>
      <h3>{words.sessions}</h3>
      <p class="dialog__lead">{words.lead}</p>
      <Fault error={error ?? sessions.error} onRetry={sessions.error ? sessions.reload : undefined} />
      {sessions.items === null && !sessions.error && <div class="skeleton skeleton--row" aria-busy="true" />}
      {sessions.items && (
        <ul class="rows" role="list" aria-label={words.sessions}>
          {sessions.items.map((session) => (
            <OpenSession key={session.id} session={session} onEnd={() => end([session])} />
          ))}
        </ul>
      )}
      {others.length > 1 && (
        <div class="dialog__actions">
          <Sure label={words.endOthers} short={words.endOthers} question={words.sure} onSure={() => end(others)} />
        </div>
      )}
      <NewPassword onChanged={sessions.reload} />
    </Dialog>
  );
}

function OpenSession({ session, onEnd }) {
  const name = deviceName(session.user_agent);
  const about = [
    session.current ? words.here : words.used(formatAgo(session.last_used_at)),
    words.since(formatDate(session.signed_in_at)),
  ];
  return (
    <li class="row">
      <span class="row__text">
        <strong>{name}</strong>
        <span>{about.join(" · ")}</span>
      </span>
      {!session.current && (
        <Sure label={words.end(name)} short={words.endShort} question={words.sure} onSure={onEnd} />
      )}
    </li>
  );
}

function NewPassword({ onChanged }) {
  const { session } = useApp();
  const [state, setState] = useState({ busy: false, done: false, error: null });
  const { busy, done, error } = state;
  const faults = faultsOf(error);

  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const { current_password, new_password } = Object.fromEntries(new FormData(form));
    if (busy) return;
    setState({ busy: true, done: false, error: null });
    try {
      await session.changePassword({ current_password, new_password });
      form.reset();
      setState({ busy: false, done: true, error: null });
      onChanged();
    } catch (failure) {
      setState({ busy: false, done: false, error: failure });
    }
  }

  return (
    <form class="dialog__form dialog__form--more" onSubmit={submit}>
      <h3>{words.password}</h3>
      <p class="dialog__lead">{words.passwordLead}</p>
      <FormFault error={error} />
      {done && (
        <p class="callout" role="status">
          {words.changed}
        </p>
      )}
      {/* For password managers, which keep a password with its account. */}
      <input type="email" autoComplete="username" value={session.state.value.user?.email} readOnly hidden />
      <FormField
        label={words.current}
        name="current_password"
        type="password"
        autoComplete="current-password"
        required
        error={faults.current_password}
      />
      <FormField
        label={words.next}
        name="new_password"
        type="password"
        autoComplete="new-password"
        required
        hint={text.entry.passwordHint}
        error={faults.new_password}
      />
      <button type="submit" class="button button--primary" aria-busy={busy}>
        {words.submit}
      </button>
    </form>
  );
}

function hereFirst(sessions) {
  return sessions.toSorted((a, b) => b.current - a.current);
}

function deviceName(userAgent) {
  if (!userAgent) return words.unknown;
  const { browser, system } = deviceOf(userAgent);
  if (browser && system) return words.on(browser, system);
  return browser ?? programOf(userAgent);
}
