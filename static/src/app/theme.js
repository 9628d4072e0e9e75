// Light, dark, or as the system says. theme-early.js applies the stored choice before the first paint.
import { signal } from "@preact/signals";

const KEY = "clientflow.theme";
export const THEMES = ["auto", "light", "dark"];

/** `window` tells of a choice in another tab, which this one follows. */
export function createTheme({ root, storage, window }) {
  const stored = storage.getItem(KEY);
  const theme = signal(THEMES.includes(stored) ? stored : "auto");

  function show(next) {
    theme.value = next;
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
  }

  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY) show(THEMES.includes(newValue) ? newValue : "auto");
  });

  return {
    current: theme,
    choose(next) {
      show(next);
      if (next === "auto") storage.removeItem(KEY);
      else storage.setItem(KEY, next);
    },
  };
}
