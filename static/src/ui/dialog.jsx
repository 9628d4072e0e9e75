import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../text/index.js";
import { CloseIcon } from "./icons.jsx";

/** A modal dialog while it is rendered: the browser keeps the focus in it and gives it back. */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    element.showModal();
    return () => element.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog__body">
        <div class="dialog__head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label={text.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
