import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** What main.jsx builds once: {clock, keptCommands, origin, session, request, leaving, router, theme, letters, toasts, narrow}. */
export const AppContext = createContext(null);
export const useApp = () => useContext(AppContext);

/** The board that is open; see board/model.js. */
export const BoardContext = createContext(null);
export const useBoard = () => useContext(BoardContext);
