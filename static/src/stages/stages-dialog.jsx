import { useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { newId } from "../sync/ids.js";
import { text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";
import { Fault } from "../ui/fault.jsx";
import { FormField } from "../ui/field.jsx";
import { PlusIcon } from "../ui/icons.jsx";
import { freeColor } from "./palette.js";
import { StageRow } from "./stage-row.jsx";

/** The board's columns: their names, colours and order. */
export function StagesDialog({ onClose }) {
  const board = useBoard();
  const [error, setError] = useState(null);
  const stages = board.stages.value;
  const counts = countByStage(board.clients.value);
  const words = text.stages;

  const attempt = (answered) => {
    setError(null);
    answered.catch(setError);
  };

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      <Fault error={error} />
      <ol class="rows stages" role="list">
        {stages.map((stage, index) => (
          <StageRow
            key={stage.id}
            stage={stage}
            index={index}
            stages={stages}
            count={counts.get(stage.key) ?? 0}
            attempt={attempt}
          />
        ))}
      </ol>
      <NewStage stages={stages} attempt={attempt} />
    </Dialog>
  );
}

function NewStage({ stages, attempt }) {
  const board = useBoard();
  const form = useRef(null);
  const words = text.stages;

  function submit(event) {
    event.preventDefault();
    const name = new FormData(form.current).get("name").trim();
    if (name === "") return;
    const draft = { name, color: freeColor(stages) };
    // The server makes the key from the name where it can; letters beyond a-z may leave nothing.
    if (!/[a-z0-9]/i.test(name.normalize("NFKD"))) draft.key = `stage-${newId().slice(0, 8)}`;
    attempt(board.addStage(draft));
    form.current.reset();
  }

  return (
    <form ref={form} class="dialog__row" onSubmit={submit}>
      <FormField label={words.add} name="name" maxLength={200} autoComplete="off" required />
      <button type="submit" class="button">
        <PlusIcon size={14} /> {words.addShort}
      </button>
    </form>
  );
}

function countByStage(clients) {
  const counts = new Map();
  for (const { stage } of clients.values()) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  return counts;
}
