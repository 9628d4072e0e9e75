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
