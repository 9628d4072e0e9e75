import { useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatDate } from "../format/dates.js";
import { text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";
import { FormField, faultsOf } from "../ui/field.jsx";
import { CheckIcon, CopyIcon } from "../ui/icons.jsx";

const ROLES = ["editor", "viewer", "admin"];

export function InviteDialog({ onClose }) {
  const board = useBoard();
  const [invite, setInvite] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const words = text.inviting;
  const faults = faultsOf(error);

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const { role, email } = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    setError(null);
    try {
      setInvite(await board.invite(email.trim() ? { role, email: email.trim() } : { role }));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      {error && Object.keys(faults).length === 0 && (
        <p class="callout callout--error" role="alert">
          {error.message}
        </p>
      )}
      <form class="dialog__form" onSubmit={submit}>
        <fieldset class="roles">
          <legend>{words.role}</legend>
          {ROLES.map((role) => (
            <label class="roles__option" key={role}>
              <input type="radio" name="role" value={role} defaultChecked={role === ROLES[0]} />
              <span>
                <strong>{text.roles[role]}</strong>
                <span>{text.roleHints[role]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <FormField
          label={words.email}
          name="email"
          type="email"
          autoComplete="off"
          hint={words.emailHint}
          error={faults.email}
        />
        <button type="submit" class="button button--primary" aria-busy={busy}>
          {words.create}
        </button>
      </form>
      {invite && <Link key={invite.code} invite={invite} />}
    </Dialog>
  );
}

function Link({ invite }) {
  const [copied, setCopied] = useState(false);
  const input = useRef(null);
  const words = text.inviting;
  const url = `${location.origin}/#/invite/${invite.code}`;

  async function copy() {
    input.current.select();
    // The clipboard exists on https and localhost only; a selection can be copied everywhere.
    if (navigator.clipboard) await navigator.clipboard.writeText(url).catch(() => {});
    else document.execCommand("copy");
    setCopied(true);
  }

  return (
    <div class="invite-link" role="group" aria-label={words.link}>
      <input
        ref={input}
        class="input"
        aria-label={words.link}
        readOnly
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button" onClick={copy}>
        {copied ? <CheckIcon /> : <CopyIcon />} {copied ? words.copied : words.copy}
      </button>
      <p class="form-field__hint">{words.expires(formatDate(invite.expires_at))}</p>
    </div>
  );
}
