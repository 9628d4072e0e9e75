import { messageOf } from "../text/problems.js";
import { csvBlob, save } from "./csv.js";

/** Saves every client of the board as a file. */
export async function exportClients(board, toasts) {
  try {
    save(csvBlob(await board.exported()), `${board.about.peek().name}.csv`);
  } catch (error) {
    toasts.error(messageOf(error), error.problem);
  }
}
