import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

const EDGE_PX = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const FOCUSABLE = "input, select, button:not([tabindex='-1'])";

/**
 * A button with a small window beside it, over everything. `children(close)` is what the window holds; `open` may be a
 * signal from outside, and `anchor` a ref to the button. Arrow keys go through whatever has `data-option`.
 */
export function Popover({ label, title, class: className, button, open, anchor, align, children }) {
  const ownOpen = useSignal(false);
  const ownAnchor = useRef(null);
  const shown = open ?? ownOpen;
  const trigger = anchor ?? ownAnchor;
  const close = ({ refocus = true } = {}) => {
    shown.value = false;
    if (refocus) trigger.current?.focus();
  };
  return (
    <>
      <button
        ref={trigger}
        type="button"
        class={className}
        title={title}
        aria-label={title}
        aria-haspopup="dialog"
        aria-expanded={shown.value}
        onClick={() => (shown.value = !shown.value)}
      >
        {button}
      </button>
      {shown.value && (
        <Window label={label} trigger={trigger} align={align} onClose={close}>
          {children(close)}
        </Window>
      )}
    </>
  );
}

function Window({ label, trigger, align = "start", onClose, children }) {
  const panel = useRef(null);

  useLayoutEffect(() => {
    const element = panel.current;
    element.showPopover();
    (element.querySelector(FOCUSABLE) ?? element).focus();
    const outside = ({ target }) => {
      if (!element.contains(target) && !trigger.current.contains(target)) onClose({ refocus: false });
    };
    const fit = () => place(element, trigger.current.getBoundingClientRect(), align);
    const sizes = new ResizeObserver(fit);
    fit();
    sizes.observe(element);
    document.addEventListener("pointerdown", outside, true);
    return () => {
      sizes.disconnect();
      document.removeEventListener("pointerdown", outside, true);
    };
  }, []);

  function onKeyDown(event) {
    if (event.key === "Escape") onClose();
    else if (!STEPS[event.key] || event.target.matches("select, [type=number]")) return;
    else step(panel.current, STEPS[event.key]);
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      ref={panel}
      class="popover"
      popover="manual"
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocusOut={({ relatedTarget: to }) => {
        if (to && !panel.current.contains(to) && !trigger.current.contains(to)) onClose({ refocus: false });
      }}
    >
      {children}
    </div>
  );
}

/** Below the button, or above it where there is more room; never beyond the edges. */
function place(element, anchor, align) {
  const { innerWidth, innerHeight } = window;
  const below = innerHeight - anchor.bottom - 2 * EDGE_PX;
  const above = anchor.top - 2 * EDGE_PX;
  const up = element.scrollHeight > below && above > below;
  element.style.maxHeight = `${up ? above : below}px`;
  const left = align === "end" ? anchor.right - element.offsetWidth : anchor.left;
  element.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - element.offsetWidth - EDGE_PX))}px`;
  const height = Math.min(element.offsetHeight, up ? above : below);
  element.style.top = `${up ? anchor.top - height - EDGE_PX / 2 : anchor.bottom + EDGE_PX / 2}px`;
}

function step(root, by) {
  const options = [...root.querySelectorAll("[data-option]")];
  if (options.length === 0) return;
  const at = options.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 0 : -1) : (at + by) % options.length;
  options.at(to).focus();
}
