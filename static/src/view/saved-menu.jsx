import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { BookmarkIcon, CheckIcon, ChevronIcon, CloseIcon } from "../ui/icons.jsx";
import { Popover } from "../ui/popover.jsx";
import { searchOf } from "./view.js";

const LONGEST = 60;

/** The views that were saved under a name: opens, saves and removes them. */
export function SavedViews() {
  const board = useBoard();
  const search = searchOf(board.view.value);
  const current = board.savedViews.list.value.find((view) => view.search === search);
  const button = (
    <>
      <BookmarkIcon size={14} />
      <span class="viewbar__text">{current?.name ?? text.views.saved}</span>
      <ChevronIcon size={12} />
    </>
  );
  return (
    <Popover label={text.views.saved} class="button button--quiet button--small" button={button}>
      {(close) => <List search={search} close={close} />}
    </Popover>
  );
}

function List({ search, close }) {
  const board = useBoard();
  const [name, setName] = useState("");
  const views = board.savedViews.list.value;

  function save(event) {
    event.preventDefault();
    if (name.trim() === "") return;
    board.savedViews.save(name.trim(), search);
    close();
  }

  return (
    <div class="choices">
      <form class="saving" onSubmit={save}>
        <input
          class="choices__search"
          aria-label={text.views.name}
          placeholder={text.views.namePlaceholder}
          maxLength={LONGEST}
          autoComplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button button--small" disabled={name.trim() === ""}>
          {text.views.save}
        </button>
      </form>
      {views.length === 0 && <p class="choices__none">{text.views.none}</p>}
      {views.map((view) => (
        <div class="saved" key={view.name}>
          <button
            type="button"
            class="option"
            data-option
            aria-pressed={view.search === search}
            onClick={() => {
              board.openView(view.search);
              close();
            }}
          >
            <span class="option__label">{view.name}</span>
            {view.search === search && <CheckIcon size={14} />}
          </button>
          <button
            type="button"
            class="icon-button icon-button--small"
            aria-label={text.views.remove(view.name)}
            onClick={() => board.savedViews.remove(view.name)}
          >
            <CloseIcon size={12} />
          </button>
        </div>
      ))}
    </div>
  );
}
