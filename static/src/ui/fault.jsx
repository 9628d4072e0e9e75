import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { faultsOf } from "./field.jsx";

/** What went wrong, in words; nothing when nothing did. `onRetry` offers to try once more. */
export function Fault({ error, onRetry }) {
  if (!error) return null;
  return (
    <p class="callout callout--error" role="alert">
      {messageOf(error)}{" "}
      {onRetry && (
        <button type="button" class="link" onClick={onRetry}>
          {text.retry}
        </button>
      )}
    </p>
  );
}

/** The same for a form, whose fields tell what is wrong with them. */
export function FormFault({ error }) {
  return Object.keys(faultsOf(error)).length === 0 ? <Fault error={error} /> : null;
}
