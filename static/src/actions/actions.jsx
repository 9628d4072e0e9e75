import { useEffect, useRef } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { actionFor } from "./keys.js";
import { Palette } from "./palette.jsx";
import { workingActions } from "./registry.jsx";
import { Shortcuts } from "./shortcuts.jsx";

/** Listens to the shortcuts of a board, and shows the palette and the list of shortcuts. */
export function Actions({ onDialog }) {
  const app = useApp();
  const board = useBoard();
  const context = useRef(null);
  context.current = { app, board, onDialog };

  useEffect(() => {
    const onKeyDown = (event) => {
      if (document.querySelector("dialog[open]:not(.palette)")) return;
      const action = actionFor(workingActions(context.current), event, { letters: app.letters.on.peek() });
      if (!action) return;
      event.preventDefault();
      action.run();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <>
      {board.paletteOpen.value && <Palette {...context.current} onClose={() => (board.paletteOpen.value = false)} />}
      {board.shortcutsOpen.value && (
        <Shortcuts actions={workingActions(context.current)} onClose={() => (board.shortcutsOpen.value = false)} />
      )}
    </>
  );
}
