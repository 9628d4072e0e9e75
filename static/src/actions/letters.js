// Whether letters by themselves are shortcuts. Who speaks to the computer, or hits keys by accident, can switch them off.
import { signal } from "@preact/signals";

const KEY = "clientflow.letters";

export function createLetters(storage) {
  const on = signal(storage.getItem(KEY) !== "off");
  return {
    on,
    choose(next) {
      on.value = next;
      if (next) storage.removeItem(KEY);
      else storage.setItem(KEY, "off");
    },
  };
}
