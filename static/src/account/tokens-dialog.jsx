import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.js";
import { formatAgo, formatDate } from "../format/dates.js";
import { allPages } from "../sync/snapshot.js";
import { text } from "../text/index.js";
import { Copy } from "../ui/copy.jsx";
import { Dialog } from "../ui/dialog.jsx";
import { Fault, FormFault } from "../ui/fault.jsx";
import { FormField, SelectField, faultsOf } from "../ui/field.jsx";
import { useListing } from "../ui/listing.js";
import { Sure } from "../ui/sure.jsx";

const DAY_MS = 86_400_000;
const LIFETIMES_DAYS = [30, 90, 365, null]; // null: for ever

/** One's personal access tokens, for scripts. */
export function TokensDialog({ onClose }) {
  const { request } = useApp();
  const tokens = useListing(() => allPages(request, "/tokens"));
  const workspaces = useWorkspaces();
  const [made, setMade] = useState(null);
  const [error, setError] = useState(null);
  const words = text.tokens;

  async function remove(token) {
    setError(null);
    try {
      await request("DELETE", `/tokens/${encodeURIComponent(token.id)}`);
      tokens.change(tokens.items.filter(({ id }) => id !== token.id));
      if (made?.id === token.id) setMade(null);
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      <Fault error={error ?? tokens.error} onRetry={tokens.error ? tokens.reload : undefined} />
      {made && <Copy key={made.id} label={words.secret} value={made.token} hint={words.once} />}
      {tokens.items === null && !tokens.error && <div class="skeleton skeleton--row" aria-busy="true" />}
      {tokens.items?.length === 0 && <p class="dialog__none">{words.none}</p>}
      {tokens.items?.length > 0 && (
        <ul class="rows" role="list">
          {tokens.items.map((token) => (
            <Token key={token.id} token={token} workspaces={workspaces} onRemove={() => remove(token)} />
          ))}
        </ul>
      )}
      <NewToken
        workspaces={workspaces}
        onMade={(token) => {
          setMade(token);
          tokens.reload();
        }}
      />
    </Dialog>
  );
}

function Token({ token, workspaces, onRemove }) {
  const words = text.tokens;
  const place = workspaces.find(({ id }) => id === token.workspace_id)?.name ?? words.oneWorkspace;
  const about = [
    token.scopes.includes("write") ? words.scopes.write : words.scopes.read,
    token.workspace_id ? place : words.everywhere,
    token.expires_at ? words.until(formatDate(token.expires_at)) : words.forEver,
    token.last_used_at ? words.used(formatAgo(token.last_used_at)) : words.unused,
  ];
  return (
    <li class="row">
      <span class="row__text">
        <strong>{token.name}</strong>
        <span>{about.join(" · ")}</span>
      </span>
      <Sure label={words.remove(token.name)} short={words.removeShort} question={words.sure} onSure={onRemove} />
    </li>
  );
}

function NewToken({ workspaces, onMade }) {
  const { clock, request } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const words = text.tokens;
  const faults = faultsOf(error);

  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, scope, workspace, days } = Object.fromEntries(new FormData(form));
    if (busy || name.trim() === "") return;
    setBusy(true);
    setError(null);
    const body = {
      name: name.trim(),
      scopes: scope === "write" ? ["read", "write"] : ["read"],
      workspace_id: workspace || null,
      expires_at: days ? new Date(clock.now() + Number(days) * DAY_MS).toISOString() : null,
    };
    try {
      onMade((await request("POST", "/tokens", { body })).data);
      form.elements.namedItem("name").value = ""; // the choices may serve again
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
        label={words.name}
        name="name"
        placeholder={words.namePlaceholder}
        maxLength={200}
        autoComplete="off"
        required
        error={faults.name}
      />
      <div class="dialog__columns">
        <SelectField label={words.scope} name="scope">
          <option value="read">{words.scopes.read}</option>
          <option value="write">{words.scopes.write}</option>
        </SelectField>
        <SelectField label={words.expiry} name="days" error={faults.expires_at}>
          {LIFETIMES_DAYS.map((days) => (
            <option key={days} value={days ?? ""} selected={days === 90}>
              {days ? words.days(days) : words.forEver}
            </option>
          ))}
        </SelectField>
      </div>
      <SelectField label={words.workspace} name="workspace">
        <option value="">{words.everywhere}</option>
        {workspaces.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <button type="submit" class="button button--primary" aria-busy={busy}>
        {words.submit}
      </button>
    </form>
  );
}

/** One's workspaces, to choose from; none while they are not known. */
function useWorkspaces() {
  const { request } = useApp();
  const [list, setList] = useState([]);
  useEffect(() => {
    allPages(request, "/workspaces?limit=200").then(setList, () => {});
  }, []);
  return list;
}
