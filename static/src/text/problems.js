// What went wrong, in the person's language. The server tells it in English and in detail; in another language the
// kind of problem has to do.
import { SignedOut, Unreachable } from "../sync.js";
import { language, text } from "./index.js";

/** `error` is a Refused, an Unreachable or a SignedOut, or like a Refused: {problem, message}. */
export function messageOf(error) {
  const words = text.problems;
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof SignedOut) return words["signed-out"];
  const kind = error.problem?.type?.split("#")[1];
  return (language === "en" ? error.message : words[kind]) || error.message;
}
