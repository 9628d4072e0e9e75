import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { amountText, CURRENCIES, formatMoney, parseAmount, totalsOf } from "../format/money.js";
import { text } from "../text/index.js";
import { ChevronIcon } from "../ui/icons.jsx";
import { useClient, useEditing } from "./context.js";
import { useDraft } from "./draft.js";
import { Property } from "./property.jsx";

/** An amount and its currency, saved as one. A client without a value starts with the board's main currency. */
export function ValueField() {
  const board = useBoard();
  const { id: clientId, value } = useClient();
  const [chosen, setChosen] = useState(null);
  const currency = value?.currency ?? chosen ?? totalsOf(board.clients.value.values())[0]?.currency ?? CURRENCIES[0];
  const onEditing = useEditing("value");
  const shown = value ? amountText(value) : "";
  const { props, error, meanwhile, adopt } = useDraft({
    shown,
    onEditing,
    save(typed) {
      if (typed.trim() === "") return void (value && board.update(clientId, { value: null }));
      const amount = parseAmount(typed, currency);
      if (amount === undefined) return text.panel.badAmount;
      if (amount !== value?.amount) board.update(clientId, { value: { amount, currency } });
    },
  });
  const editing = props.value !== shown || error;

  function choose(next) {
    setChosen(next);
    const amount = value ? parseAmount(shown, next) : undefined; // the same figure, in the other currency's units
    if (amount !== undefined) board.update(clientId, { value: { amount, currency: next } });
  }

  return (
    <Property field="value" label={text.panel.value} error={error} meanwhile={meanwhile} onAdopt={adopt}>
      {(id) => (
        <div class="money">
          <input
            id={id}
            class="property__input money__amount"
            inputMode="decimal"
            autoComplete="off"
            placeholder={text.panel.empty}
            readOnly={!board.canEdit.value}
            aria-invalid={error ? "true" : undefined}
            aria-describedby={error ? `${id}-error` : undefined}
            {...props}
            value={value && !editing && document.activeElement?.id !== id ? formatMoney(value) : props.value}
            onFocus={(event) => {
              // The bare figure takes the place of the formatted one; like any field reached by Tab it is selected.
              event.currentTarget.value = props.value;
              event.currentTarget.select();
              props.onFocus();
            }}
          />
          <span class="choice money__currency">
            <select
              class="property__input choice__select"
              aria-label={text.panel.currency}
              value={currency}
              disabled={!board.canEdit.value}
              onFocus={() => onEditing(true)}
              onBlur={() => onEditing(false)}
              onChange={(event) => choose(event.currentTarget.value)}
            >
              {[...new Set([currency, ...CURRENCIES])].map((code) => (
                <option key={code}>{code}</option>
              ))}
            </select>
            <ChevronIcon size={14} />
          </span>
        </div>
      )}
    </Property>
  );
}
