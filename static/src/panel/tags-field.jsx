import { useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { CloseIcon } from "../ui/icons.jsx";
import { useClient, useEditing } from "./context.js";
import { Property } from "./property.jsx";

const LONGEST = 60;

export function TagsField() {
  const board = useBoard();
  const { id: clientId, tags } = useClient();
  const input = useRef(null);
  const onEditing = useEditing("tags");
  const editable = board.canEdit.value;

  function add() {
    const tag = input.current.value.trim().replace(/,$/, "").trim();
    input.current.value = "";
    if (tag && !tags.includes(tag)) board.update(clientId, { tags: [...tags, tag] });
  }

  function remove(tag) {
    board.update(clientId, { tags: tags.filter((other) => other !== tag) });
  }

  function onKeyDown(event) {
    const typed = event.currentTarget.value;
    if ((event.key === "Enter" || event.key === ",") && !event.isComposing) add();
    else if (event.key === "Backspace" && typed === "" && tags.length > 0) return remove(tags.at(-1));
    else if (event.key === "Escape" && typed !== "") event.currentTarget.value = "";
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <Property field="tags" label={text.panel.tags}>
      {(id) => (
        <div class="tag-editor">
          {tags.map((tag) => (
            <span class="tag" key={tag}>
              {tag}
              {editable && (
                <button
                  type="button"
                  class="tag__remove"
                  aria-label={text.panel.removeTag(tag)}
                  onClick={() => {
                    remove(tag);
                    input.current.focus();
                  }}
                >
                  <CloseIcon size={10} />
                </button>
              )}
            </span>
          ))}
          {editable && (
            <>
              <input
                ref={input}
                id={id}
                class="tag-editor__input"
                aria-label={text.panel.addTag}
                placeholder={text.panel.addTag}
                list={`${id}-known`}
                maxLength={LONGEST}
                autoComplete="off"
                onFocus={() => onEditing(true)}
                onKeyDown={onKeyDown}
                onBlur={() => (add(), onEditing(false))}
              />
              <datalist id={`${id}-known`}>
                {knownTags(board.clients.value, tags).map((tag) => (
                  <option key={tag} value={tag} />
                ))}
              </datalist>
            </>
          )}
        </div>
      )}
    </Property>
  );
}

/** The board's tags that this client does not have yet. */
function knownTags(clients, mine) {
  const known = new Set();
  for (const client of clients.values()) for (const tag of client.tags) known.add(tag);
  return [...known].filter((tag) => !mine.includes(tag)).sort((a, b) => a.localeCompare(b));
}
