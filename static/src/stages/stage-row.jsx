import { useRef, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { ArrowDownIcon, ArrowUpIcon, ChevronIcon, TrashIcon } from "../ui/icons.jsx";
import { PALETTE } from "./palette.js";

/** One stage: its colour, name and place, and the way out of it. `attempt` takes the promise of each command. */
export function StageRow({ stage, index, stages, count, attempt }) {
  const board = useBoard();
  const [colours, setColours] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const row = useRef(null);
  const words = text.stages;
  const { id, name } = stage;

  function move(to) {
    attempt(board.updateStage(id, { position: to }));
    const wanted = to === 0 ? "down" : to === stages.length - 1 ? "up" : null;
    // The button that brought it to an end is gone.
    if (wanted) requestAnimationFrame(() => row.current?.querySelector(`[data-move="${wanted}"]`)?.focus());
  }

  return (
    <li class="stage" ref={row}>
      <div class="stage__line">
        <button
          type="button"
          class="icon-button"
          aria-label={words.color(name)}
          aria-expanded={colours}
          title={words.color(name)}
          onClick={() => setColours(!colours)}
        >
          <span class="dot" style={{ "--dot": stage.color }} />
        </button>
        <Name stage={stage} attempt={attempt} />
        <span class="stage__count">{text.board.cards(count)}</span>
        <button
          type="button"
          class="icon-button"
          data-move="up"
          aria-label={words.up(name)}
          title={words.up(name)}
          disabled={index === 0}
          onClick={() => move(index - 1)}
        >
          <ArrowUpIcon size={14} />
        </button>
        <button
          type="button"
          class="icon-button"
          data-move="down"
          aria-label={words.down(name)}
          title={words.down(name)}
          disabled={index === stages.length - 1}
          onClick={() => move(index + 1)}
        >
          <ArrowDownIcon size={14} />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={words.remove(name)}
          aria-expanded={leaving}
          title={stages.length === 1 ? words.last : words.remove(name)}
          disabled={stages.length === 1}
          onClick={() => setLeaving(!leaving)}
        >
          <TrashIcon />
        </button>
      </div>
      {colours && <Colours stage={stage} onChoose={(color) => attempt(board.updateStage(id, { color }))} />}
      {leaving && (
        <Leaving
          stage={stage}
          others={stages.filter((other) => other.id !== id)}
          count={count}
          onCancel={() => setLeaving(false)}
          onRemove={(moveTo) => attempt(board.removeStage(id, moveTo))}
        />
      )}
    </li>
  );
}

function Name({ stage, attempt }) {
  const board = useBoard();
  function save(event) {
    const input = event.currentTarget;
    const name = input.value.trim();
    if (name === "") input.value = stage.name;
    else if (name !== stage.name) attempt(board.updateStage(stage.id, { name }));
  }
  return (
    <input
      class="property__input stage__name"
      aria-label={text.stages.name(stage.name)}
      defaultValue={stage.name}
      key={stage.name}
      maxLength={200}
      autoComplete="off"
      onBlur={save}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}

function Colours({ stage, onChoose }) {
  return (
    <div class="colours" role="group" aria-label={text.stages.color(stage.name)}>
      {PALETTE.map((color, index) => (
        <button
          key={color}
          type="button"
          class="colours__one"
          aria-label={text.stages.colors[index]}
          aria-pressed={stage.color.toLowerCase() === color}
          title={text.stages.colors[index]}
          onClick={() => onChoose(color)}
        >
          <span class="dot" style={{ "--dot": color }} />
        </button>
      ))}
    </div>
  );
}

/** Its clients have to go somewhere. */
function Leaving({ stage, others, count, onCancel, onRemove }) {
  const [to, setTo] = useState(others[0].key);
  const words = text.stages;
  return (
    <div class="stage__leaving" role="group" aria-label={words.remove(stage.name)}>
      {count > 0 ? (
        <label class="stage__to">
          <span>{words.moveTo(count)}</span>
          <span class="choice">
            <select
              class="property__input choice__select"
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            >
              {others.map(({ key, name }) => (
                <option key={key} value={key}>
                  {name}
                </option>
              ))}
            </select>
            <ChevronIcon size={14} />
          </span>
        </label>
      ) : (
        <p>{words.isEmpty}</p>
      )}
      <div class="stage__buttons">
        <button type="button" class="button button--small button--quiet" onClick={onCancel}>
          {text.cancel}
        </button>
        <button
          type="button"
          class="button button--small button--danger"
          onClick={() => onRemove(count > 0 ? to : null)}
        >
          {words.removeShort}
        </button>
      </div>
    </div>
  );
}
