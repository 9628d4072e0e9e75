import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatMoney, formatTotal } from "../format/money.js";
import { text } from "../text/index.js";
import { memo } from "../ui/memo.jsx";
import { Card } from "./card.jsx";
import { withInserted } from "./columns.js";
import { Composer } from "./composer.jsx";
import { useSlide } from "./slide.js";

export const Column = memo(function Column({ column, first, opened }) {
  const board = useBoard();
  const { stage, clients, totals } = column;
  const list = useRef(null);
  const drag = useComputed(() => {
    const moving = board.drag.value;
    if (!moving) return null;
    const home = board.clients.value.get(moving.id)?.stage;
    return moving.to.stage === stage.key || home === stage.key ? moving : null;
  }).value;
  const items = itemsOf(board, column, drag);

  useSlide(list, items);
  useLayoutEffect(() => {
    const id = board.focusNext;
    if (!id || !items.some((item) => item.id === id)) return;
    board.focusNext = null;
    const card = list.current.querySelector(`[data-card="${CSS.escape(id)}"]`);
    card.querySelector("button").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  return (
    <section class="column" aria-label={stage.name} data-stage={stage.key}>
      <header class="column__head">
        <span class="dot" style={{ "--dot": stage.color }} aria-hidden="true" />
        <h2 class="column__name">{stage.name}</h2>
        <span class="column__count" title={text.board.cards(clients.length)}>
          {clients.length}
        </span>
        <Totals totals={totals} />
      </header>
      <ul class="column__list" role="list" data-list ref={list} aria-label={text.board.cards(clients.length)}>
        {items.map((item) =>
          item.gap ? (
            <li key="gap" class="gap" data-gap aria-hidden="true" style={{ height: `${drag.height}px` }} />
          ) : (
            <Card
              key={item.id}
              client={item}
              opened={opened === item.id}
              lifted={drag?.id === item.id ? drag.mode : null}
            />
          ),
        )}
        {items.length === 0 && <Empty first={first} />}
      </ul>
      {board.canEdit.value && <Composer stage={stage.key} list={list} />}
    </section>
  );
});

/** The cards as they stand, with the card being moved (or the gap for it) where it would come to stand. */
function itemsOf(board, { stage, clients }, drag) {
  if (!drag || drag.mode === "settling") return clients;
  const mine = drag.to.stage === stage.key;
  if (drag.mode === "pointer") {
    // The card itself stays where it was, unseen: a finger's events end with the element that they began on.
    return mine ? withInserted(clients, null, drag.to.previousId, { gap: true }) : clients;
  }
  const client = board.clients.peek().get(drag.id);
  if (mine && client) return withInserted(clients, drag.id, drag.to.previousId, client);
  return clients.filter(({ id }) => id !== drag.id);
}

function Totals({ totals }) {
  if (totals.length === 0) return null;
  const shown = totals.slice(0, 2).map(formatTotal).join(" · ");
  return (
    <span class="column__total" title={totals.map(formatMoney).join("\n")}>
      {totals.length > 2 ? `${shown} +${totals.length - 2}` : shown}
    </span>
  );
}

/** An empty column says little; an empty board says how to begin. */
function Empty({ first }) {
  const board = useBoard();
  if (!first || board.clients.value.size > 0) {
    return <li class="column__empty">{board.filter.value.trim() ? text.board.noneFound : text.board.emptyColumn}</li>;
  }
  return (
    <li class="column__welcome">
      <strong>{text.board.emptyTitle}</strong>
      <p>{board.canEdit.value ? text.board.emptyLead : text.board.emptyViewer}</p>
    </li>
  );
}
