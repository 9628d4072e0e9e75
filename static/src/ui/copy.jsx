import { useRef, useState } from "preact/hooks";
import { text } from "../text/index.js";
import { CheckIcon, CopyIcon } from "./icons.jsx";

/** A text to take along, with a button that copies it. `hint` says more about it. */
export function Copy({ label, value, hint }) {
  const [copied, setCopied] = useState(false);
  const input = useRef(null);

  async function copy() {
    input.current.select();
    // The clipboard exists on https and localhost only; a selection can be copied everywhere.
    if (navigator.clipboard) await navigator.clipboard.writeText(value).catch(() => {});
    else document.execCommand("copy");
    setCopied(true);
  }

  return (
    <div class="copy" role="group" aria-label={label}>
      <input
        ref={input}
        class="input"
        aria-label={label}
        readOnly
        value={value}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button" onClick={copy}>
        {copied ? <CheckIcon /> : <CopyIcon />} {copied ? text.copied : text.copy}
      </button>
      {hint && <p class="form-field__hint">{hint}</p>}
    </div>
  );
}
