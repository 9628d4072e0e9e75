import { useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.js";
import { text } from "../text/index.js";
import { FormFault } from "../ui/fault.jsx";
import { FormField, faultsOf } from "../ui/field.jsx";
import { Logo } from "../ui/icons.jsx";
import { LanguageSwitch } from "./language-switch.jsx";
import { Showcase } from "./showcase.jsx";

/** Signing in and registering are one screen with a switch. */
export function SignIn({ invited }) {
  const { session } = useApp();
  const [registering, setRegistering] = useState(invited);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const form = useRef(null);
  const words = text.entry;
  const faults = faultsOf(error);
  const ended = session.state.value.notice !== null;
  const notice = ended ? text.problems["signed-out"] : invited ? text.invite.signInFirst : null;

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const { name, email, password } = Object.fromEntries(new FormData(form.current));
    setBusy(true);
    setError(null);
    try {
      if (registering) await session.register({ name: name.trim(), email: email.trim(), password });
      else await session.signIn({ email: email.trim(), password });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  function turn() {
    setRegistering(!registering);
    setError(null);
  }

  return (
    <div class="entry">
      <main class="entry__side">
        <div class="entry__brand">
          <Logo /> <span>{text.product}</span>
        </div>
        <div class="entry__form">
          <h1>{registering ? words.registerTitle : words.signInTitle}</h1>
          <p class="entry__lead">{registering ? words.registerLead : words.signInLead}</p>
          {notice && !error && <p class="callout">{notice}</p>}
          <FormFault error={error} />
          <form ref={form} onSubmit={submit} noValidate={registering}>
            {registering && (
              <FormField label={words.name} name="name" autoComplete="name" required error={faults.name} />
            )}
            <FormField
              label={words.email}
              name="email"
              type="email"
              autoComplete="username"
              required
              error={faults.email}
            />
            <FormField
              label={words.password}
              name="password"
              type="password"
              autoComplete={registering ? "new-password" : "current-password"}
              required
              hint={registering ? words.passwordHint : undefined}
              error={faults.password}
            />
            <button type="submit" class="button button--primary button--wide" aria-busy={busy}>
              {busy ? words.working : registering ? words.register : words.signIn}
            </button>
          </form>
          <p class="entry__turn">
            {registering ? words.toSignIn : words.toRegister}{" "}
            <button type="button" class="link" onClick={turn}>
              {registering ? words.toSignInLink : words.toRegisterLink}
            </button>
          </p>
        </div>
        <LanguageSwitch />
      </main>
      <Showcase />
    </div>
  );
}
