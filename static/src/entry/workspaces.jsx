import { useEffect, useState } from "preact/hooks";
import { AccountMenu } from "../account/account-menu.jsx";
import { ThemeMenu } from "../account/theme-menu.jsx";
import { paths } from "../app/router.js";
import { useApp } from "../app/context.js";
import { initialsOf, toneOf } from "../format/names.js";
import { allPages } from "../sync/snapshot.js";
import { SignedOut } from "../sync.js";
import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { FormField, faultsOf } from "../ui/field.jsx";
import { Fault } from "../ui/fault.jsx";
import { ChevronIcon, Logo } from "../ui/icons.jsx";
import { createWorkspace } from "./new-workspace.js";

export function Workspaces() {
  const { request, session } = useApp();
  const [workspaces, setWorkspaces] = useState(null);
  const [error, setError] = useState(null);
  const { user } = session.state.value;
  const words = text.workspaces;

  async function load() {
    setError(null);
    try {
      setWorkspaces(await allPages(request, "/workspaces?limit=200"));
    } catch (failure) {
      if (!(failure instanceof SignedOut)) setError(failure);
    }
  }
  useEffect(() => void load(), []);

  const first = workspaces?.length === 0;
  return (
    <div class="chooser">
      <header class="chooser__top">
        <div class="entry__brand">
          <Logo /> <span>{text.product}</span>
        </div>
        <ThemeMenu />
        <AccountMenu />
      </header>
      <main class="chooser__main">
        <h1>{first ? words.firstTitle(user.name.split(" ")[0]) : words.title}</h1>
        <p class="entry__lead">{first ? words.firstLead : words.lead}</p>
        <Fault error={error} onRetry={load} />
        {!workspaces && !error && (
          <div class="chooser__list" aria-busy="true">
            <div class="skeleton skeleton--row" />
            <div class="skeleton skeleton--row" />
          </div>
        )}
        {workspaces?.length > 0 && (
          <ul class="chooser__list" role="list">
            {workspaces.map(({ id, name, role }) => (
              <li key={id}>
                <a class="chooser__item" href={paths.workspace(id)}>
                  <span class={`tile tone-${toneOf(id)}`} data-initials={initialsOf(name)} />
                  <span class="chooser__name">{name}</span>
                  <span class="badge">{text.roles[role]}</span>
                  <span class="chooser__arrow">
                    <ChevronIcon />
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
        {workspaces && <NewWorkspace first={first} />}
      </main>
    </div>
  );
}

function NewWorkspace({ first }) {
  const { clock, request, router, session } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const words = text.workspaces;

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = form.get("name").trim();
    if (name === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      const userId = session.state.peek().user.id;
      const id = await createWorkspace({ request, clock, userId, name, samples: form.has("samples") });
      router.go(paths.workspace(id));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <form class={`chooser__new ${first ? "chooser__new--first" : ""}`} onSubmit={submit}>
      {!first && <h2>{words.another}</h2>}
      <div class="chooser__row">
        <FormField
          label={words.name}
          name="name"
          placeholder={words.namePlaceholder}
          maxLength={200}
          autoComplete="organization"
          required
          error={faultsOf(error).name ?? (error ? messageOf(error) : undefined)}
        />
        <button type="submit" class="button button--primary" aria-busy={busy}>
          {words.create}
        </button>
      </div>
      <label class="check">
        <input type="checkbox" name="samples" defaultChecked={first} />
        <span>
          <strong>{text.samples.offer}</strong>
          <span>{text.samples.offerHint}</span>
        </span>
      </label>
    </form>
  );
}
