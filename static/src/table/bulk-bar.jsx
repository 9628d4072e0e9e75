import { useApp, useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { Choices } from "../ui/choices.jsx";
import { CloseIcon, MoveIcon, PersonIcon, TagIcon, TrashIcon, UntagIcon } from "../ui/icons.jsx";
import { Popover } from "../ui/popover.jsx";
import { ownerOptions, stageOptions, tagOptions } from "../view/options.jsx";
import { NOBODY } from "../view/view.js";
import { assignments, deletions, moves, restorations, taggings, untaggings } from "./bulk.js";

const STYLE = "button button--quiet button--small";

/** What can be done with the chosen clients. `onRefused` is told what could not be, for bulk-report.jsx. */
export function BulkBar({ clients, onClear, onRefused }) {
  const board = useBoard();
  const { toasts } = useApp();
  const words = text.bulk;

  /** `said(count)` puts in words what was done. */
  async function run(operations, said, options) {
    if (operations.length === 0) return void toasts.show(words.nothing);
    const names = new Map(clients.map(({ id, name }) => [id, name]));
    try {
      const faults = await board.bulk(operations);
      if (faults.length < operations.length) toasts.show(said(operations.length - faults.length), options);
      if (faults.length > 0) onRefused({ total: operations.length, faults, names });
    } catch {
      // The whole was refused; the board tells why.
    }
  }

  function remove() {
    const all = clients;
    onClear();
    const undo = () => board.bulk(restorations(all), all).catch(() => {});
    run(deletions(all), words.deleted, { action: { label: text.panel.undo, run: undo } });
  }

  const pick = (close, operationsOf, said) => (key) => {
    close();
    run(operationsOf(key), (count) => said(count, key));
  };
  const stageName = (key) => board.stages.peek().find((stage) => stage.key === key)?.name;
  const ownerName = (key) => board.members.peek().get(key)?.name ?? text.panel.noOwner;
  const had = new Set(clients.flatMap(({ tags }) => tags));
  return (
    <div class="bulk" role="region" aria-label={words.label}>
      <span class="bulk__count" role="status">
        {words.selected(clients.length)}
      </span>
      <BulkMenu label={words.move} icon={<MoveIcon size={14} />}>
        {(close) => {
          const moving = (stage) => moves(clients, stage, board.clients.peek().values());
          const onPick = pick(close, moving, (count, stage) => words.moved(count, stageName(stage)));
          return <Choices label={words.move} options={stageOptions(board)} onPick={onPick} />;
        }}
      </BulkMenu>
      <BulkMenu label={words.assign} icon={<PersonIcon size={14} />}>
        {(close) => {
          const assigning = (owner) => assignments(clients, owner === NOBODY ? null : owner);
          const onPick = pick(close, assigning, (count, owner) => words.assigned(count, ownerName(owner)));
          return <Choices label={words.assign} options={ownerOptions(board)} onPick={onPick} />;
        }}
      </BulkMenu>
      <BulkMenu label={words.tag} icon={<TagIcon size={14} />}>
        {(close) => {
          const onPick = pick(close, (tag) => taggings(clients, tag), words.tagged);
          return <Choices label={words.tag} options={tagOptions(board)} onPick={onPick} onNew={onPick} />;
        }}
      </BulkMenu>
      {had.size > 0 && (
        <BulkMenu label={words.untag} icon={<UntagIcon size={14} />}>
          {(close) => {
            const onPick = pick(close, (tag) => untaggings(clients, tag), words.untagged);
            const options = tagOptions(board).filter(({ key }) => had.has(key));
            return <Choices label={words.untag} options={options} onPick={onPick} />;
          }}
        </BulkMenu>
      )}
      <button
        type="button"
        class={`${STYLE} bulk__delete`}
        title={words.remove}
        aria-label={words.remove}
        onClick={remove}
      >
        <Label text={words.remove} icon={<TrashIcon size={14} />} />
      </button>
      <button type="button" class="icon-button icon-button--small" aria-label={words.clear} onClick={onClear}>
        <CloseIcon size={14} />
      </button>
    </div>
  );
}

function BulkMenu({ label, icon, children }) {
  return (
    <Popover label={label} title={label} class={STYLE} button={<Label text={label} icon={icon} />}>
      {children}
    </Popover>
  );
}

function Label({ text: words, icon }) {
  return (
    <>
      {icon} <span class="bulk__label">{words}</span>
    </>
  );
}
