import { useState } from "preact/hooks";

/** A button that asks once more before it acts. */
export function Sure({ label, short, question, onSure }) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class={`button button--small ${asked ? "button--danger" : "button--quiet"}`}
      aria-label={asked ? `${label}: ${question}` : label}
      onClick={() => (asked ? onSure() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {asked ? question : short}
    </button>
  );
}
