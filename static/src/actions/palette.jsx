import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { allPages } from "../sync/snapshot.js";
import { text } from "../text/index.js";
import { PlusIcon, SearchIcon } from "../ui/icons.jsx";
import { ranked } from "./fuzzy.js";
import { actionsOf } from "./registry.jsx";
import { Keys } from "./shortcuts.jsx";

const MOST_CLIENTS = 8;
const MOST_ACTIONS = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Finds clients and actions by a few letters. */
export function Palette({ app, board, onDialog, onClose }) {
  const dialog = useRef(null);
  const [workspaces, setWorkspaces] = useState([]);
  const opened = board.clients.value.get(app.router.route.value.client);
  const actions = useMemo(
    () => actionsOf({ app, board, opened, workspaces, onDialog }),
    [opened, workspaces, board.view.value],
  );
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const groups = useMemo(() => groupsFor(query.trim(), actions, board), [query, actions, board.clients.value]);
  const items = groups.flatMap((group) => group.items);
  const current = items[Math.min(at, items.length - 1)];

  useEffect(() => {
    const element = dialog.current;
    element.showModal();
    return () => element.close();
  }, []);
  useEffect(() => {
    allPages(app.request, "/workspaces?limit=200").then(setWorkspaces, () => {}); // the rest is found without them
  }, []);
  useLayoutEffect(() => {
    dialog.current.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);

  function choose(item) {
    dialog.current.close(); // gives the focus back before the action takes it
    onClose();
    item?.run();
  }

  function onKeyDown(event) {
    if (STEPS[event.key]) setAt((Math.min(at, items.length - 1) + STEPS[event.key] + items.length) % items.length);
    else if (event.key === "Enter" && !event.isComposing && current) choose(current);
    else return;
    event.preventDefault();
  }

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={text.palette.label}
      onCancel={(event) => {
        event.preventDefault();
        choose(null);
      }}
      onPointerDown={(event) => event.target === dialog.current && choose(null)}
    >
      <div class="palette__search">
        <SearchIcon />
        <input
          role="combobox"
          aria-label={text.palette.label}
          aria-expanded={items.length > 0}
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={current ? optionId(current) : undefined}
          placeholder={text.palette.placeholder}
          autoComplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="palette__list" role="listbox" id="palette-list" aria-label={text.palette.results}>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <p class="palette__title" role="presentation">
              {group.title}
            </p>
            {group.items.map((item) => (
              <div
                key={item.id}
                id={optionId(item)}
                class="palette__item"
                role="option"
                aria-selected={item === current}
                onPointerMove={() => item !== current && setAt(items.indexOf(item))}
                onClick={() => choose(item)}
              >
                {item.icon}
                <span class="palette__label">{item.label}</span>
                {item.detail && <span class="palette__detail">{item.detail}</span>}
                {item.key && <Keys of={item.key} />}
              </div>
            ))}
          </div>
        ))}
      </div>
      {items.length === 0 && <p class="palette__none">{text.palette.none(query.trim())}</p>}
    </dialog>
  );
}

const optionId = (item) => `palette ${item.id}`.replace(/\s/g, "-");

/** [{title, items}], the group with the better find first. */
function groupsFor(query, actions, board) {
  const { palette } = text;
  const known = actions.filter(({ id }) => id !== "palette");
  if (query === "") return [{ title: palette.actions, items: known.filter(({ rare }) => !rare) }];
  const clients = ranked(query, board.clients.value.values(), textsOf, MOST_CLIENTS);
  const found = ranked(query, known, ({ label }) => [[label, 1]], MOST_ACTIONS);
  const groups = [
    { title: palette.clients, best: clients[0]?.score ?? 0, items: clients.map(({ item }) => asItem(item, board)) },
    { title: palette.actions, best: found[0]?.score ?? 0, items: found.map(({ item }) => item) },
  ];
  const filled = groups.filter(({ items }) => items.length > 0).sort((a, b) => b.best - a.best);
  return board.canEdit.value ? [...filled, { title: palette.create, items: [creation(query, board)] }] : filled;
}

const textsOf = ({ name, company, email }) => [
  [name, 1],
  [company, 0.9],
  [email, 0.8],
];

function asItem({ id, name, company, email, stage }, board) {
  const color = board.stages.value.find(({ key }) => key === stage)?.color;
  return {
    id: `client ${id}`,
    label: name,
    detail: company ?? email,
    icon: <span class="dot" style={{ "--dot": color }} aria-hidden="true" />,
    run: () => board.open(id),
  };
}

function creation(name, board) {
  return {
    id: "create",
    label: text.palette.createClient(name),
    icon: <PlusIcon />,
    run: () => board.open(board.create(name, board.stages.peek()[0].key)),
  };
}
