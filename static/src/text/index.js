import { en } from "./en.js";

/** The words of the language in use. */
export const text = en;

/** The person's own variant of that language ("en-GB"), for Intl: dates and money must not mix languages. */
export const locale = navigator.languages.find((tag) => /^en\b/.test(tag)) ?? "en";
