import { useEffect, useRef } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { paths } from "../app/router.js";
import { text } from "../text/index.js";
import { Avatar, AvatarStack } from "../ui/avatar.jsx";
import {
  AutoIcon,
  BoardIcon,
  CloseIcon,
  ExitIcon,
  LinkIcon,
  Logo,
  MoonIcon,
  PeopleIcon,
  SearchIcon,
  SunIcon,
} from "../ui/icons.jsx";
import { Menu } from "../ui/menu.jsx";
import { Connection } from "./connection.jsx";

export function TopBar({ covered, onMembers, onInvite }) {
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
        {board.canManage.value && (
          <button type="button" class="button button--small topbar__invite" onClick={onInvite}>
            <PeopleIcon size={14} /> {text.menu.invite}
          </button>
        )}
        <ThemeMenu />
        <AccountMenu onMembers={onMembers} onInvite={onInvite} />
      </div>
    </header>
  );
}

function Filter() {
  const board = useBoard();
  const input = useRef(null);
  const query = board.filter.value;
  const found = board.columns.value.reduce((sum, column) => sum + column.clients.length, 0);

  useEffect(() => {
    const onKey = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  function clear() {
    board.filter.value = "";
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
        onInput={(event) => (board.filter.value = event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && (query ? clear() : input.current.blur())}
      />
      {query.trim() ? (
        <>
          <span class="filter__count">{text.board.found(found, board.clients.value.size)}</span>
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

const THEME_ICONS = { auto: <AutoIcon />, light: <SunIcon />, dark: <MoonIcon /> };

function ThemeMenu() {
  const { theme } = useApp();
  const current = theme.current.value;
  const items = Object.entries(text.menu.themes).map(([key, label]) => ({
    label,
    icon: THEME_ICONS[key],
    checked: key === current,
    run: () => theme.choose(key),
  }));
  return <Menu label={text.menu.theme} button={THEME_ICONS[current]} items={items} />;
}

function AccountMenu({ onMembers, onInvite }) {
  const { router, session } = useApp();
  const board = useBoard();
  const { user } = session.state.value;
  if (!user) return null;
  const items = [
    { label: text.menu.members, icon: <PeopleIcon />, run: onMembers },
    ...(board.canManage.value ? [{ label: text.menu.invite, icon: <LinkIcon />, run: onInvite }] : []),
    { label: text.menu.workspaces, icon: <BoardIcon />, run: () => router.go(paths.home()) },
    { label: text.menu.signOut, icon: <ExitIcon />, run: () => session.signOut(), divided: true },
  ];
  const heading = (
    <>
      <strong>{user.name}</strong>
      <span>{user.email}</span>
    </>
  );
  return (
    <Menu
      label={text.menu.account}
      class="account"
      button={<Avatar id={user.id} name={user.name} title="" />}
      heading={heading}
      items={items}
    />
  );
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}
