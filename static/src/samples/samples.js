// Sample clients for a first look: made like any others, marked by a custom field, and removed by that mark.
import { samplesEn } from "./samples-en.js";
import { samplesPt } from "./samples-pt.js";

const DAY_MS = 86_400_000;
const BATCH = 500; // what one bulk command holds
const SETS = { en: samplesEn, "pt-BR": samplesPt };
const CURRENCIES = { "en-US": "USD", "en-GB": "GBP", "pt-BR": "BRL" };

export function isSample(client) {
  return client.custom?.sample === true;
}

/** The operations of one bulk command. `stages` are the board's, from left to right; `now` in milliseconds. */
export function sampleOperations({ language, locale, stages, userId, now }) {
  const currency = CURRENCIES[locale] ?? "EUR";
  return SETS[language].map(({ name, company, email, stage, amount, tags, days, notes }, index) => ({
    op: "client.create",
    data: {
      name,
      company,
      email,
      stage: stages[Math.min(stage, stages.length - 1)].key,
      value: { amount: amount * 100, currency },
      owner_id: index % 2 === 0 ? userId : null,
      tags,
      notes,
      next_action_at: days === null ? null : new Date(now + days * DAY_MS).toISOString(),
      custom: { sample: true },
    },
  }));
}

/** The operations that remove the samples again, as many as one bulk command holds. */
export function removalOperations(clients) {
  const samples = [...clients].filter(isSample).slice(0, BATCH);
  return samples.map(({ id }) => ({ op: "client.delete", client_id: id }));
}
