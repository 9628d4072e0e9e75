import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { CURRENCIES } from "../format/money.js";
import { text } from "../text/index.js";
import { Choices } from "../ui/choices.jsx";
import { BackIcon, ChevronIcon, CloseIcon, FilterIcon } from "../ui/icons.jsx";
import { Popover } from "../ui/popover.jsx";
import { dueOptions, ownerOptions, stageOptions, tagOptions } from "./options.jsx";
import { noFilters, toggled } from "./view.js";

/** Each field that can be filtered: its options and how the view holds what was chosen of them. */
const FIELDS = {
  stage: { options: stageOptions, list: "stages" },
  owner: { options: (board) => ownerOptions(board, { me: true }), list: "owners" },
  tag: { options: (board) => tagOptions(board, board.view.value.tags), list: "tags" },
  value: { editor: ValueRange },
  due: { options: dueOptions, one: "due" },
};

/** The filters in use as chips, each opening its editor, and the button for another one. */
export function Filters() {
  const board = useBoard();
  const add = useRef(null);
  const used = Object.keys(FIELDS).filter((field) => saidOf(board, field) !== null);
  /** What was pressed goes with its filter: the focus moves on. */
  const change = (fields) => {
    add.current.focus();
    board.changeView(fields);
  };
  return (
    <>
      {used.map((field) => (
        <Chip key={field} field={field} onRemove={() => change(cleared(field))} />
      ))}
      <AddFilter anchor={add} />
      {used.length > 1 && (
        <button type="button" class="button button--quiet button--small" onClick={() => change(noFilters)}>
          {text.filters.clear}
        </button>
      )}
    </>
  );
}

function AddFilter({ anchor }) {
  const board = useBoard();
  const button = (
    <>
      <FilterIcon size={14} /> {text.filters.add}
    </>
  );
  return (
    <Popover
      label={text.filters.label}
      class="button button--quiet button--small"
      button={button}
      open={board.filtersOpen}
      anchor={anchor}
    >
      {() => <Fields />}
    </Popover>
  );
}

/** First the field, then what it shall be. */
function Fields() {
  const [field, setField] = useState(null);
  return field ? <Editor field={field} onBack={() => setField(null)} /> : <FieldList onPick={setField} />;
}

/** What has the focus goes with the list that it is in: the next one takes it. */
function useFocusOn(selector) {
  const root = useRef(null);
  useLayoutEffect(() => root.current.querySelector(selector)?.focus(), []);
  return root;
}

function FieldList({ onPick }) {
  const root = useFocusOn("[data-option]");
  return (
    <div ref={root} class="choices" role="group" aria-label={text.filters.label}>
      {Object.keys(FIELDS).map((name) => (
        <button key={name} type="button" class="option" data-option onClick={() => onPick(name)}>
          <span class="option__label">{text.filters.fields[name]}</span>
          <span class="option__more">
            <ChevronIcon size={12} />
          </span>
        </button>
      ))}
    </div>
  );
}

function Chip({ field, onRemove }) {
  const board = useBoard();
  const name = text.filters.fields[field];
  const button = (
    <>
      <span class="chip__field">{name}</span> {saidOf(board, field)}
    </>
  );
  return (
    <span class="chip">
      <Popover label={name} class="chip__button" button={button}>
        {() => <Editor field={field} />}
      </Popover>
      <button
        type="button"
        class="chip__remove"
        aria-label={text.filters.remove(name)}
        onClick={onRemove}
      >
        <CloseIcon size={12} />
      </button>
    </span>
  );
}

function Editor({ field, onBack }) {
  const board = useBoard();
  const root = useFocusOn("input, [data-option]");
  const { editor: Own, options, list, one } = FIELDS[field];
  const view = board.view.value;
  const pick = (key) =>
    board.changeView(list ? { [list]: toggled(view[list], key) } : { [one]: view[one] === key ? null : key });
  return (
    <div ref={root}>
      {onBack && (
        <button type="button" class="popover__back" onClick={onBack}>
          <BackIcon size={14} /> {text.filters.fields[field]}
        </button>
      )}
      {Own ? (
        <Own />
      ) : (
        <Choices
          label={text.filters.fields[field]}
          options={options(board)}
          chosen={list ? view[list] : [view[one]]}
          onPick={pick}
        />
      )}
    </div>
  );
}

function ValueRange() {
  const board = useBoard();
  const { min, max, currency } = board.view.value;
  const number = (name) => (event) => {
    const { value } = event.currentTarget;
    board.changeView({ [name]: value === "" ? null : Number(value) });
  };
  return (
    <div class="range">
      <label>
        {text.filters.min}
        <input class="input" type="number" min="0" step="any" inputMode="decimal" value={min} onInput={number("min")} />
      </label>
      <label>
        {text.filters.max}
        <input class="input" type="number" min="0" step="any" inputMode="decimal" value={max} onInput={number("max")} />
      </label>
      <label class="range__currency">
        {text.panel.currency}
        <span class="choice">
          <select
            class="input choice__select"
            value={currency ?? ""}
            onChange={(event) => board.changeView({ currency: event.currentTarget.value || null })}
          >
            <option value="">{text.filters.anyCurrency}</option>
            {CURRENCIES.map((code) => (
              <option key={code}>{code}</option>
            ))}
          </select>
          <ChevronIcon size={14} />
        </span>
      </label>
    </div>
  );
}

/** What a filter asks for, in words; null when it lets everyone through. */
function saidOf(board, field) {
  const view = board.view.value;
  const words = text.filters;
  if (field === "value") return words.range(view.min, view.max, view.currency);
  const { list, one, options } = FIELDS[field];
  const chosen = list ? view[list] : [view[one]].filter((key) => key !== null);
  if (chosen.length === 0) return null;
  if (chosen.length > 2) return words.many(chosen.length);
  const labels = new Map(options(board).map(({ key, label }) => [key, label]));
  return chosen.map((key) => labels.get(key) ?? key).join(", ");
}

function cleared(field) {
  if (field === "value") return { min: null, max: null, currency: null };
  const { list, one } = FIELDS[field];
  return list ? { [list]: [] } : { [one]: null };
}
