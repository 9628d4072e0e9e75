import { useId } from "preact/hooks";

/** A labelled input of a form, with its hint and its fault. */
export function FormField({ label, hint, error, ...input }) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        aria-invalid={error ? "true" : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        {...input}
      />
      {note && (
        <p id={`${id}-note`} class={error ? "form-field__error" : "form-field__hint"}>
          {note}
        </p>
      )}
    </div>
  );
}

/** The faults that a problem names, by field. */
export function faultsOf(error) {
  return Object.fromEntries((error?.problem?.errors ?? []).map(({ field, message }) => [field, message]));
}
