import { useState } from "preact/hooks";
import { text } from "../text/index.js";
import { plain } from "../view/search.js";
import { CheckIcon } from "./icons.jsx";

const MOST_WITHOUT_SEARCH = 8;

/** A list of options to switch on and off: {key, label, mark?, count?}. `chosen` are the keys that are on. */
export function Choices({ label, options, chosen = [], onPick, onNew }) {
  const [query, setQuery] = useState("");
  const searched = options.length > MOST_WITHOUT_SEARCH || onNew;
  const wanted = plain(query.trim());
  const shown = wanted ? options.filter((option) => plain(option.label).includes(wanted)) : options;
  const fresh = onNew && wanted && !options.some((option) => plain(option.label) === wanted);

  function onKeyDown(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (fresh) onNew(query.trim());
    else if (shown.length > 0) onPick(shown[0].key);
  }

  return (
    <div class="choices" role="group" aria-label={label}>
      {searched && (
        <input
          class="choices__search"
          type="text"
          aria-label={`${label}: ${text.filters.search}`}
          placeholder={onNew ? text.filters.searchOrNew : text.filters.search}
          autoComplete="off"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
      {fresh && (
        <button type="button" class="option" data-option onClick={() => onNew(query.trim())}>
          <span class="option__label">{text.filters.create(query.trim())}</span>
        </button>
      )}
      {shown.map((option) => (
        <button
          key={option.key}
          type="button"
          class="option"
          data-option
          aria-pressed={chosen.includes(option.key)}
          onClick={() => onPick(option.key)}
        >
          {option.mark}
          <span class="option__label">{option.label}</span>
          {option.count !== undefined && <span class="option__count">{option.count}</span>}
          {chosen.includes(option.key) && <CheckIcon size={14} />}
        </button>
      ))}
      {shown.length === 0 && !fresh && <p class="choices__none">{text.filters.none}</p>}
    </div>
  );
}
