// What somebody is typing. A change by others never overwrites it: it is offered beside the field, and what was typed is
// saved when the field is left.
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * `shown` is the stored value as text; `save(text)` stores it and returns a fault in words, or nothing.
 * Returns {props, error, meanwhile, adopt}; `props` go on the input, `meanwhile` is what others have made of it.
 */
export function useDraft({ shown, save, onEditing, multiline = false }) {
  const [, redraw] = useState(0);
  const self = useRef({ draft: null, base: null, error: null }).current;
  // Who has only looked into the field sees others' changes at once.
  if (self.draft !== null && self.draft === self.base) Object.assign(self, { draft: shown, base: shown });
  Object.assign(self, { shown, save });

  function set(fields) {
    Object.assign(self, fields);
    redraw((count) => count + 1);
  }

  function finish() {
    const { draft, base } = self;
    if (draft === null) return;
    const error = draft === base ? null : (self.save(draft) ?? null);
    set(error ? { error } : { draft: null, base: null, error: null });
  }

  useEffect(() => finish, []); // leaving the panel leaves the field

  const props = {
    value: self.draft ?? shown,
    onFocus() {
      if (self.draft === null) set({ draft: self.shown, base: self.shown });
      onEditing(true);
    },
    onInput: (event) => set({ draft: event.currentTarget.value, error: null }),
    onBlur() {
      finish();
      onEditing(false);
    },
    onKeyDown(event) {
      if (event.key === "Escape") set({ draft: null, base: null, error: null });
      else if (event.key !== "Enter" || event.isComposing || (multiline && !event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      event.currentTarget.blur();
    },
  };
  return {
    props,
    error: self.error,
    meanwhile: self.draft !== null && self.base !== shown ? shown : null,
    adopt: () => set({ draft: shown, base: shown, error: null }),
  };
}
