import { chooseLanguage, language, LANGUAGES } from "../text/index.js";

/** The other languages, each in its own words, for whoever cannot read this one. */
export function LanguageSwitch() {
  return (
    <p class="languages">
      {Object.entries(LANGUAGES)
        .filter(([key]) => key !== language)
        .map(([key, name]) => (
          <button key={key} type="button" class="link" lang={key} onClick={() => chooseLanguage(key)}>
            {name}
          </button>
        ))}
    </p>
  );
}
