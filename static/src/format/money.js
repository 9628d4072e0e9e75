// Money is an integer of minor units and an ISO 4217 code; how many digits a unit has, Intl knows.
import { locale } from "../text/index.js";

export const CURRENCIES = ["EUR", "USD", "GBP", "BRL", "CHF", "CAD", "AUD", "JPY", "INR", "MXN", "SEK", "PLN"];

const formats = new Map();

function formatOf(currency, options = {}) {
  const key = `${currency} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale, { style: "currency", currency, ...options }));
  return formats.get(key);
}

const digits = new Map();

export function digitsOf(currency) {
  if (!digits.has(currency)) digits.set(currency, formatOf(currency).resolvedOptions().maximumFractionDigits);
  return digits.get(currency);
}

/** "€1,250" or "€1,250.50": fractions only where there are some. */
export function formatMoney({ amount, currency }) {
  const major = majorOf({ amount, currency });
  return formatOf(currency, Number.isInteger(major) ? { maximumFractionDigits: 0 } : {}).format(major);
}

/** In whole units, with a fraction. */
export function majorOf({ amount, currency }) {
  return amount / 10 ** digitsOf(currency);
}

/** For totals: whole units, and thousands of thousands shortened. */
export function formatTotal({ amount, currency }) {
  const major = majorOf({ amount, currency });
  const options = { maximumFractionDigits: major >= 1e6 ? 1 : 0 };
  return formatOf(currency, major >= 1e6 ? { ...options, notation: "compact" } : options).format(major);
}

/** What stands in the input: plain digits, with a fraction where there is one. */
export function amountText({ amount, currency }) {
  const places = digitsOf(currency);
  const sign = amount < 0 ? "-" : "";
  const padded = String(Math.abs(amount)).padStart(places + 1, "0");
  const whole = padded.slice(0, padded.length - places);
  const fraction = padded.slice(padded.length - places);
  return /^0*$/.test(fraction) ? sign + whole : `${sign}${whole}.${fraction}`;
}

/**
 * Minor units from what a person typed, in whatever habit: "1250", "1,250.50", "1.250,50", "1 250". The last dot or
 * comma is the decimal sign if no more digits follow it than the currency has. Undefined when it is no amount.
 */
export function parseAmount(typed, currency) {
  const places = digitsOf(currency);
  const bare = typed.replace(/[\s\u00a0\u202f'’]/g, "").replace(/^[^\d.,-]+|[^\d]+$/g, "");
  if (!/^-?\d[\d.,]*$/.test(bare)) return undefined;
  const cut = Math.max(bare.lastIndexOf("."), bare.lastIndexOf(","));
  const tail = cut < 0 ? 0 : bare.length - cut - 1;
  const hasFraction = cut >= 0 && tail >= 1 && tail <= places;
  const whole = (hasFraction ? bare.slice(0, cut) : bare).replace(/[.,]/g, "");
  const fraction = (hasFraction ? bare.slice(cut + 1) : "").padEnd(places, "0");
  const amount = Number(whole + fraction);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** Sums by currency, the largest first. */
export function totalsOf(clients) {
  const sums = new Map();
  for (const { value } of clients) {
    if (value) sums.set(value.currency, (sums.get(value.currency) ?? 0) + value.amount);
  }
  const totals = [...sums].map(([currency, amount]) => ({ currency, amount }));
  return totals.sort((a, b) => majorOf(b) - majorOf(a));
}
