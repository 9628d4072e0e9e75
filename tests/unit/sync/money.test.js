import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-US"] }, configurable: true });
const { amountText, formatMoney, formatTotal, parseAmount, totalsOf } =
  await import("../../../static/src/format/money.js");

test("amounts are understood in whatever habit they are typed", () => {
  const typed = {
    1250: 125_000,
    "1,250": 125_000,
    "1.250": 125_000,
    "1 250": 125_000,
    "1’250": 125_000,
    1250.5: 125_050,
    "1250,5": 125_050,
    "1,250.50": 125_050,
    "1.250,50": 125_050,
    "1\u00a0250,50": 125_050,
    "€1,250.50": 125_050,
    "1.250,50 €": 125_050,
    "0,05": 5,
    "-12.30": -1_230,
    "1,250,000": 125_000_000,
  };
  for (const [text, amount] of Object.entries(typed)) assert.equal(parseAmount(text, "EUR"), amount, text);
});

test("what is no amount is refused", () => {
  for (const text of ["abc", "", "--5", "€", "99999999999999999"])
    assert.equal(parseAmount(text, "EUR"), undefined, text);
});

test("a currency without minor units has no fractions", () => {
  assert.equal(parseAmount("1,250", "JPY"), 1_250);
  assert.equal(amountText({ amount: 1_250, currency: "JPY" }), "1250");
});

test("what stands in the input reads back as the same amount", () => {
  for (const amount of [0, 5, 50, 100, 125_050, 125_000, -1_230]) {
    assert.equal(parseAmount(amountText({ amount, currency: "EUR" }), "EUR"), amount);
  }
});

test("fractions show only where there are some", () => {
  assert.equal(formatMoney({ amount: 125_000, currency: "EUR" }), "€1,250");
  assert.equal(formatMoney({ amount: 125_050, currency: "EUR" }), "€1,250.50");
  assert.equal(formatTotal({ amount: 123_456_700, currency: "EUR" }), "€1.2M");
});

test("totals are by currency, the largest first", () => {
  const values = [
    [100, "EUR"],
    [5_000, "USD"],
    [250, "EUR"],
  ].map(([amount, currency]) => ({ value: { amount, currency } }));
  assert.deepEqual(totalsOf([...values, { value: null }]), [
    { currency: "USD", amount: 5_000 },
    { currency: "EUR", amount: 350 },
  ]);
});
