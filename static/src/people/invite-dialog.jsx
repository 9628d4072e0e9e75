import { useState } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { formatDate } from "../format/dates.js";
import { text } from "../text/index.js";
import { Copy } from "../ui/copy.jsx";
import { Dialog } from "../ui/dialog.jsx";
import { FormFault } from "../ui/fault.jsx";
import { FormField, faultsOf } from "../ui/field.jsx";
import { Invites } from "./invites.jsx";

const ROLES = ["editor", "viewer", "admin"];

export function InviteDialog({ onClose }) {
  const board = useBoard();
  const { origin } = useApp();
  const [invite, setInvite] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const words = text.inviting;
  const faults = faultsOf(error);

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const { role, email } = Object.fromEntries(new FormData(form));
    setBusy(true);
    setError(null);
    try {
      setInvite(await board.invite(email.trim() ? { role, email: email.trim() } : { role }));
      form.elements.namedItem("email").value = ""; // the next is for somebody else
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      <FormFault error={error} />
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
      {invite && (
        <Copy
          key={invite.code}
          label={words.link}
          value={`${origin}/#/invite/${invite.code}`}
          hint={words.expires(formatDate(invite.expires_at))}
        />
      )}
      <Invites made={invite} />
    </Dialog>
  );
}
