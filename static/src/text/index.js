import { en } from "./en.js";
import { LANGUAGES, languageOf, localeOf } from "./language.js";
import { ptBR } from "./pt-BR.js";

export { LANGUAGES };

const KEY = "clientflow.language";
const words = { en, "pt-BR": ptBR };
const wanted = navigator.languages;

export const language = languageOf({ stored: globalThis.localStorage?.getItem(KEY), wanted });

/** The words of the language in use. */
export const text = words[language];

export const locale = localeOf(language, wanted);

/** Every word and format changes with it, so the page starts anew. */
export function chooseLanguage(next) {
  if (next === language) return;
  localStorage.setItem(KEY, next);
  location.reload();
}
