import { useState } from "preact/hooks";
import { useApp } from "../app/context.js";
import { paths } from "../app/router.js";
import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { Logo } from "../ui/icons.jsx";

export function InviteScreen({ code }) {
  const { request, router, session } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const words = text.invite;

  async function accept() {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const { data } = await request("POST", `/invites/${encodeURIComponent(code)}/accept`);
      router.replace(paths.workspace(data.workspace_id));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <main class="notice">
      <Logo size={40} />
      <h1>{error ? words.failed : words.title}</h1>
      <p role={error ? "alert" : undefined}>{error ? messageOf(error) : words.lead}</p>
      {!error && (
        <button type="button" class="button button--primary" aria-busy={busy} onClick={accept}>
          {words.accept}
        </button>
      )}
      <a class="link" href={paths.home()}>
        {words.home}
      </a>
      <p class="notice__foot">{text.workspaces.signedInAs(session.state.value.user.email)}</p>
    </main>
  );
}
