import { keyCaps } from "../actions/keys.js";
import { AccountMenu } from "../account/account-menu.jsx";
import { ThemeMenu } from "../account/theme-menu.jsx";
import { useApp, useBoard } from "../app/context.js";
import { paths } from "../app/router.js";
import { AssistantToggle } from "../assistant/panel.jsx";
import { text } from "../text/index.js";
import { exportClients } from "../transfer/export.js";
import { AvatarStack } from "../ui/avatar.jsx";
import {
  ArrowDownIcon,
  ArrowUpIcon,
  BoardIcon,
  CloseIcon,
  CommandIcon,
  KeyboardIcon,
  LinkIcon,
  Logo,
  PeopleIcon,
  SearchIcon,
  StagesIcon,
} from "../ui/icons.jsx";
import { Connection } from "./connection.jsx";

export function TopBar({ covered, onDialog }) {
  const board = useBoard();
  const name = board.about.value?.name;
  return (
    <header class="topbar" inert={covered}>
      <div class="topbar__where">
        <a class="topbar__home" href={paths.home()} aria-label={text.workspaces.all} title={text.workspaces.all}>
          <Logo size={24} />
        </a>
        {name ? <h1 class="topbar__name">{name}</h1> : <span class="skeleton skeleton--title" />}
        {board.role.value === "viewer" && <span class="badge">{text.board.readOnly}</span>}
      </div>
      <Filter />
      <div class="topbar__tools">
        <Connection />
        <Here />
        <button
          type="button"
          class="icon-button"
          aria-label={text.palette.label}
          title={text.palette.hint(keyCaps("mod+k").join(" "))}
          onClick={() => (board.paletteOpen.value = true)}
        >
          <CommandIcon />
        </button>
        {board.canManage.value && (
          <button type="button" class="button button--small topbar__invite" onClick={() => onDialog("invite")}>
            <PeopleIcon size={14} /> {text.menu.invite}
          </button>
        )}
        <AssistantToggle />
        <ThemeMenu />
        <BoardMenu onDialog={onDialog} />
      </div>
    </header>
  );
}

function Filter() {
  const board = useBoard();
  const { filterInput: input } = board;
  const { query } = board.view.value;

  function clear() {
    board.changeView({ query: "" });
    input.current.focus();
  }

  return (
    <search class="filter">
      <SearchIcon size={14} />
      <input
        ref={input}
        type="search"
        class="filter__input"
        aria-label={text.board.filter}
        placeholder={text.board.filter}
        value={query}
        autoComplete="off"
        enterKeyHint="search"
        onInput={(event) => board.changeView({ query: event.currentTarget.value })}
        onKeyDown={(event) => event.key === "Escape" && (query ? clear() : input.current.blur())}
      />
      {query.trim() ? (
        <>
          <span class="filter__count">{text.board.found(board.found.value, board.clients.value.size)}</span>
          <button
            type="button"
            class="icon-button icon-button--small"
            aria-label={text.board.clearFilter}
            onClick={clear}
          >
            <CloseIcon size={12} />
          </button>
        </>
      ) : (
        <kbd class="filter__key" aria-hidden="true">
          /
        </kbd>
      )}
    </search>
  );
}

/** The others who have this board open; whom a card is open to shows on the card as well. */
function Here() {
  const board = useBoard();
  const people = board.others.value;
  if (people.length === 0) return null;
  const describe = ({ name, viewing }) => {
    const client = viewing && board.clients.value.get(viewing);
    return client ? text.presence.looking(name, client.name) : name;
  };
  return <AvatarStack people={people} describe={describe} label={text.presence.label} />;
}

/** What belongs to this board, with one's own account. */
function BoardMenu({ onDialog }) {
  const { router, toasts } = useApp();
  const board = useBoard();
  const edit = board.canEdit.value;
  const manage = board.canManage.value;
  const items = [
    { label: text.menu.members, icon: <PeopleIcon />, run: () => onDialog("members") },
    ...(manage ? [{ label: text.menu.invite, icon: <LinkIcon />, run: () => onDialog("invite") }] : []),
    ...(manage ? [{ label: text.menu.stages, icon: <StagesIcon />, run: () => onDialog("stages") }] : []),
    ...(manage ? [{ label: text.menu.webhooks, icon: <LinkIcon />, run: () => onDialog("webhooks") }] : []),
    ...(edit ? [{ label: text.transfer.import, icon: <ArrowUpIcon />, run: () => onDialog("import") }] : []),
    { label: text.transfer.export, icon: <ArrowDownIcon />, run: () => exportClients(board, toasts) },
    { label: text.shortcuts.title, icon: <KeyboardIcon />, run: () => (board.shortcutsOpen.value = true) },
    { label: text.menu.workspaces, icon: <BoardIcon />, run: () => router.go(paths.home()) },
  ];
  return <AccountMenu items={items} />;
}
