import { useId } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { joinNames, toneOf } from "../format/names.js";
import { text } from "../text/index.js";
import { useClient } from "./context.js";

/**
 * One line of the panel: label, control, who else is in it, and what went wrong. `children(id)` gives the control, `more`
 * what stands behind it.
 */
export function Property({ field, label, error, meanwhile, onAdopt, wide = false, hideLabel = false, more, children }) {
  const id = useId();
  const { id: clientId } = useClient();
  const others = useBoard().editors.value.get(`${clientId}/${field}`);
  return (
    <div
      class={`property ${wide ? "property--wide" : ""} ${others ? `property--busy tone-${toneOf(others[0].id)}` : ""}`}
    >
      <label class={hideLabel ? "visually-hidden" : "property__label"} for={id}>
        {label}
      </label>
      <div class="property__control">
        {children(id)}
        {more}
        {others && (
          <span class="property__who">{text.presence.editing(joinNames(others.map(({ name }) => name)))}</span>
        )}
        {error && (
          <p class="property__error" id={`${id}-error`} role="alert">
            {error}
          </p>
        )}
        {meanwhile !== null && meanwhile !== undefined && (
          <p class="property__meanwhile">
            <span>{meanwhile === "" ? text.panel.clearedMeanwhile : text.panel.changedMeanwhile(meanwhile)}</span>
            {/* Without leaving the field, or what is typed in it would be saved first. */}
            <button type="button" class="link" onPointerDown={(event) => event.preventDefault()} onClick={onAdopt}>
              {text.panel.useTheirs}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
