import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { useBoard } from "../app/context.js";

/** The client whose panel this is. */
export const ClientContext = createContext(null);
export const useClient = () => useContext(ClientContext);

/** Tells the others which field this person is in. */
export function useEditing(field) {
  const board = useBoard();
  const { id } = useClient();
  return (editing) => board.present({ viewing: id, editing: editing ? { client_id: id, field } : null });
}

/** Saves custom fields on top of whatever they are by then: `next(custom)` gives the new ones. */
export function useSaveCustom() {
  const board = useBoard();
  const { id } = useClient();
  return (next) => board.update(id, { custom: next(board.clients.peek().get(id)?.custom ?? {}) });
}
