// Light, dark, or as the system says. theme-early.js applies the stored choice before the first paint.
import { signal } from "@preact/signals";

const KEY = "clientflow.theme";
export const THEMES = ["auto", "light", "dark"];

export function createTheme({ root, storage }) {
  const stored = storage.getItem(KEY);
  const theme = signal(THEMES.includes(stored) ? stored : "auto");
  return {
    current: theme,
    choose(next) {
      theme.value = next;
      if (next === "auto") {
        storage.removeItem(KEY);
        delete root.dataset.theme;
      } else {
        storage.setItem(KEY, next);
        root.dataset.theme = next;
      }
    },
  };
}
