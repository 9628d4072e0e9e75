import { useEffect, useRef, useState } from "preact/hooks";
import { CheckIcon } from "./icons.jsx";

/** A button with a menu below. `items`: {label, icon, run, checked?, divided?, lang?}; `checked` makes it one of a choice. */
export function Menu({ label, title = label, class: className = "icon-button", button, heading, items }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const trigger = useRef(null);

  useEffect(() => {
    if (!open) return undefined;
    entries(root.current)[0]?.focus();
    const outside = (event) => root.current.contains(event.target) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  function close() {
    setOpen(false);
    trigger.current.focus();
  }

  function onKeyDown(event) {
    const list = entries(root.current);
    const at = list.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(false);
    else if (to === undefined) return;
    else list.at(to % list.length).focus();
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="menu" ref={root}>
      <button
        ref={trigger}
        type="button"
        class={className}
        title={title}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class="menu__list" role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {heading && (
            <div class="menu__heading" role="presentation">
              {heading}
            </div>
          )}
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              class={`menu__item ${item.divided ? "menu__item--divided" : ""}`}
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              tabIndex={-1}
              lang={item.lang}
              onClick={() => {
                close();
                item.run();
              }}
            >
              {item.icon}
              <span>{item.label}</span>
              {item.checked && <CheckIcon size={14} />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function entries(root) {
  return [...root.querySelectorAll("[role^=menuitem]")];
}
