// Which of the app's languages a person gets. Pure, so that it can be tested without a browser.

/** Each language by its own name. */
export const LANGUAGES = { en: "English", "pt-BR": "Português (Brasil)" };

/** The one chosen here before; else the first of the browser's that the app speaks; else English. */
export function languageOf({ stored, wanted }) {
  if (stored in LANGUAGES) return stored;
  const spoken = wanted.map((tag) => Object.keys(LANGUAGES).find((language) => primary(language) === primary(tag)));
  return spoken.find(Boolean) ?? "en";
}

/** The person's own variant of the language ("en-GB"), for Intl: dates and money must not mix languages. */
export function localeOf(language, wanted) {
  return wanted.find((tag) => primary(tag) === primary(language)) ?? language;
}

function primary(tag) {
  return tag.split("-")[0].toLowerCase();
}
