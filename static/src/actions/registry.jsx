// Everything that can be done from a board, in one list: the palette finds in it, shortcuts and their list are of it.
import { signOut } from "../account/leaving.jsx";
import { paths } from "../app/router.js";
import { THEMES } from "../app/theme.js";
import { chooseLanguage, language, LANGUAGES, text } from "../text/index.js";
import { exportClients } from "../transfer/export.js";
import {
  ArrowDownIcon,
  ArrowUpIcon,
  BoardIcon,
  BookmarkIcon,
  ExitIcon,
  FilterIcon,
  KeyboardIcon,
  LinkIcon,
  MoveIcon,
  PeopleIcon,
  PlusIcon,
  SearchIcon,
  SparkIcon,
  StagesIcon,
  SunIcon,
  TableIcon,
  TrashIcon,
} from "../ui/icons.jsx";
import { dueOptions, ownerOptions, stageOptions, tagOptions } from "../view/options.jsx";
import { isFiltered, toggled } from "../view/view.js";

const MOST_TAGS = 40;

/**
 * [{id, label, icon, run(), key?, rare?}]; `key` as in keys.js. What is `rare` shows in the palette only when asked
 * for. `workspaces` are those that the person may go to; `onDialog` opens a dialog of the board by its name.
 */
export function actionsOf({ app, board, opened, workspaces, onDialog }) {
  return [
    ...workingActions({ app, board, onDialog }),
    ...(opened ? clientActions(app, board, opened) : []),
    ...filterActions(board),
    ...viewActions(board),
    ...goingActions(app, board, workspaces),
    ...appearanceActions(app),
  ];
}

/** Those with a shortcut, and their like. */
export function workingActions({ app, board, onDialog }) {
  const { toasts } = app;
  const words = text.actions;
  const { layout } = board.view.value;
  return [
    { id: "palette", label: words.palette, icon: <SearchIcon />, key: "mod+k", run: () => toggle(board.paletteOpen) },
    board.canEdit.value && { id: "new", label: words.newClient, icon: <PlusIcon />, key: "c", run: board.compose },
    layout !== "board" && {
      id: "board",
      label: words.board,
      icon: <BoardIcon />,
      key: "b",
      run: () => board.changeView({ layout: "board" }),
    },
    layout !== "table" && {
      id: "table",
      label: words.table,
      icon: <TableIcon />,
      key: "t",
      run: () => board.changeView({ layout: "table" }),
    },
    { id: "find", label: words.find, icon: <SearchIcon />, key: "/", run: () => board.filterInput.current?.select() },
    { id: "filter", label: words.filter, icon: <FilterIcon />, key: "f", run: () => (board.filtersOpen.value = true) },
    isFiltered(board.view.value) && {
      id: "clear",
      label: text.filters.clear,
      icon: <FilterIcon />,
      run: board.clearFilters,
    },
    {
      id: "assistant",
      label: board.assistant.open.value ? words.hideAssistant : words.showAssistant,
      icon: <SparkIcon />,
      key: "a",
      run: () => (board.assistant.open.peek() ? board.assistant.hide() : board.assistant.show()),
    },
    { id: "members", label: text.menu.members, icon: <PeopleIcon />, run: () => onDialog("members") },
    board.canManage.value && {
      id: "invite",
      label: text.menu.invite,
      icon: <LinkIcon />,
      run: () => onDialog("invite"),
    },
    board.canManage.value && {
      id: "stages",
      label: text.menu.stages,
      icon: <StagesIcon />,
      run: () => onDialog("stages"),
    },
    board.canManage.value && {
      id: "webhooks",
      label: text.menu.webhooks,
      icon: <LinkIcon />,
      run: () => onDialog("webhooks"),
    },
    board.canEdit.value && {
      id: "import",
      label: text.transfer.import,
      icon: <ArrowUpIcon />,
      run: () => onDialog("import"),
    },
    { id: "export", label: text.transfer.export, icon: <ArrowDownIcon />, run: () => exportClients(board, toasts) },
    { id: "link", label: words.copyLink, icon: <LinkIcon />, run: () => copyLink(board, toasts) },
    {
      id: "shortcuts",
      label: text.shortcuts.title,
      icon: <KeyboardIcon />,
      key: "?",
      run: () => (board.shortcutsOpen.value = true),
    },
    { id: "out", label: text.menu.signOut, icon: <ExitIcon />, rare: true, run: () => signOut(app) },
  ].filter(Boolean);
}

function clientActions(app, board, client) {
  if (!board.canEdit.value) return [];
  const words = text.actions;
  const moves = stageOptions(board).filter(({ key }) => key !== client.stage);
  const owners = ownerOptions(board).filter(({ key }) => key !== (client.owner_id ?? "none"));
  return [
    ...moves.map(({ key, label }) => ({
      id: `move ${key}`,
      label: words.move(client.name, label),
      icon: <MoveIcon />,
      rare: true,
      run: () => board.update(client.id, { stage: key }),
    })),
    ...owners.map(({ key, label, mark }) => ({
      id: `assign ${key}`,
      label: words.assign(client.name, label),
      icon: mark,
      rare: true,
      run: () => board.update(client.id, { owner_id: key === "none" ? null : key }),
    })),
    {
      id: "delete",
      label: words.remove(client.name),
      icon: <TrashIcon />,
      rare: true,
      run() {
        board.closePanel();
        board.remove(client);
      },
    },
  ];
}

function filterActions(board) {
  const fields = [
    ["stage", stageOptions(board), "stages"],
    ["owner", ownerOptions(board, { me: true }), "owners"],
    ["tag", tagOptions(board).slice(0, MOST_TAGS), "tags"],
  ];
  const lists = fields.flatMap(([field, options, list]) =>
    options.map(({ key, label }) => ({
      id: `filter ${field} ${key}`,
      label: text.actions.filterBy(text.filters.fields[field], label),
      icon: <FilterIcon />,
      rare: true,
      run: () => board.changeView({ [list]: toggled(board.view.peek()[list], key) }),
    })),
  );
  const dues = dueOptions().map(({ key, label }) => ({
    id: `filter due ${key}`,
    label: text.actions.filterBy(text.filters.fields.due, label),
    icon: <FilterIcon />,
    rare: true,
    run: () => board.changeView({ due: key }),
  }));
  return [...lists, ...dues];
}

function viewActions(board) {
  return board.savedViews.list.value.map(({ name, search }) => ({
    id: `view ${name}`,
    label: text.actions.openView(name),
    icon: <BookmarkIcon />,
    rare: true,
    run: () => board.openView(search),
  }));
}

function goingActions({ router }, board, workspaces) {
  const others = workspaces.filter(({ id }) => id !== board.workspace);
  return [
    ...others.map(({ id, name }) => ({
      id: `workspace ${id}`,
      label: text.actions.goTo(name),
      icon: <BoardIcon />,
      rare: true,
      run: () => router.go(paths.workspace(id)),
    })),
    { id: "workspaces", label: text.menu.workspaces, icon: <BoardIcon />, run: () => router.go(paths.home()) },
  ];
}

function appearanceActions({ theme }) {
  const themes = THEMES.filter((key) => key !== theme.current.value).map((key) => ({
    id: `theme ${key}`,
    label: text.actions.theme(text.menu.themes[key]),
    icon: <SunIcon />,
    rare: true,
    run: () => theme.choose(key),
  }));
  const languages = Object.entries(LANGUAGES).filter(([key]) => key !== language);
  return [
    ...themes,
    ...languages.map(([key, name]) => ({
      id: `language ${key}`,
      label: text.actions.language(name),
      icon: <KeyboardIcon />,
      rare: true,
      run: () => chooseLanguage(key),
    })),
  ];
}

/** The address has the view in it. */
async function copyLink(board, toasts) {
  board.settleAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    toasts.show(text.actions.copied);
  } catch {
    toasts.show(location.href); // the browser forbids it: to be copied by hand
  }
}

function toggle(signal) {
  signal.value = !signal.peek();
}
