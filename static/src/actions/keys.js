// Shortcuts: "mod+k" (Ctrl, or Cmd on a Mac), or one letter or sign by itself.

const TYPING = "input, textarea, select, [contenteditable], dialog, [popover], [role=menu]";

export const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** The action that a key press asks for. `letters`: whether those by themselves do anything; never while one types. */
export function actionFor(actions, event, { letters = true } = {}) {
  if (event.defaultPrevented || event.altKey || event.isComposing) return undefined;
  const command = event.ctrlKey || event.metaKey;
  const pressed = command ? `mod+${event.key.toLowerCase()}` : event.key.length === 1 ? event.key.toLowerCase() : null;
  const alone = letters && !event.target.closest?.(TYPING);
  if (pressed === null || !(command || alone)) return undefined;
  return actions.find((action) => action.key === pressed);
}

/** ["Ctrl", "K"], as it stands on the keys. */
export function keyCaps(key, mac = isMac()) {
  return key.split("+").map((part) => (part === "mod" ? (mac ? "⌘" : "Ctrl") : part.toUpperCase()));
}
