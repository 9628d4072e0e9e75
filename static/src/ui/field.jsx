import { useId } from "preact/hooks";
import { language, text } from "../text/index.js";
import { ChevronIcon } from "./icons.jsx";

/** A labelled input of a form, with its hint and its fault. */
export function FormField({ label, hint, error, ...input }) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(props) => <input class="input" {...props} {...input} />}
    </Labelled>
  );
}

/** The same for a choice; `children` are its options. */
export function SelectField({ label, hint, error, children, ...select }) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(props) => (
        <span class="choice">
          <select class="input choice__select" {...props} {...select}>
            {children}
          </select>
          <ChevronIcon size={14} />
        </span>
      )}
    </Labelled>
  );
}

function Labelled({ label, hint, error, children }) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-invalid": error ? "true" : undefined,
        "aria-describedby": note ? `${id}-note` : undefined,
      })}
      {note && (
        <p id={`${id}-note`} class={error ? "form-field__error" : "form-field__hint"}>
          {note}
        </p>
      )}
    </div>
  );
}

/** The faults that a problem names, by field. The server names them in English; else we say what a field needs. */
export function faultsOf(error) {
  const faults = error?.problem?.errors ?? [];
  return Object.fromEntries(faults.map((fault) => [fault.field, faultText(fault)]));
}

export function faultText({ field, message }) {
  const { field: any, fields } = text.problems;
  return language === "en" ? message : (fields[field] ?? any);
}
