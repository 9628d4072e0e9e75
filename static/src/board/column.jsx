import { useComputed } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { formatMoney, formatTotal } from "../format/money.js";
import { text } from "../text/index.js";
import { memo } from "../ui/memo.jsx";
import { isFiltered } from "../view/view.js";
import { useViewport } from "../virtual/viewport.js";
import { indicesIn, scrollToShow } from "../virtual/window.js";
import { arrangementOf } from "./arrangement.js";
import { Card } from "./card.jsx";
import { Composer } from "./composer.jsx";

const REVEAL_MARGIN_PX = 8;
const REVEAL_WITHIN_MS = 1_000; // a card that comes later than this shall not take the focus any more

export const Column = memo(function Column({ column, metrics, first, opened }) {
  const board = useBoard();
  const { stage, clients, totals } = column;
  const scroller = useRef(null);
  const drag = useComputed(() => {
    const moving = board.drag.value;
    if (!moving) return null;
    const home = board.clients.value.get(moving.id)?.stage;
    return moving.to.stage === stage.key || home === stage.key ? moving : null;
  }).value;
  const items = useMemo(() => arrangementOf(column, drag, board.clients.peek().get(drag?.id)), [column, drag]);
  const { tops, total, heights } = metrics.place(items, drag?.mode === "pointer" ? drag.id : null);
  const { from, to } = useViewport(scroller);
  const wanted = board.reveal.value;
  const revealed = wanted ? items.findIndex(({ id }) => id === wanted.id) : -1;
  const kept = [drag?.id, board.focused].map((id) => (id ? items.findIndex((item) => item.id === id) : -1));
  const shown = indicesIn(tops, from, to, [revealed, ...kept]);

  useLayoutEffect(() => metrics.measure(scroller.current));
  useLayoutEffect(() => {
    const list = scroller.current;
    if (revealed < 0 || list.closest("[inert]")) return;
    board.reveal.value = null;
    if (performance.now() - wanted.at > REVEAL_WITHIN_MS) return;
    list.scrollTop = scrollToShow({
      top: tops[revealed],
      height: heights[revealed],
      now: list.scrollTop,
      room: list.clientHeight,
      margin: REVEAL_MARGIN_PX,
    });
    list.closest("section").scrollIntoView({ block: "nearest", inline: "nearest" });
    if (wanted.focus) cardIn(list, wanted.id).querySelector("button").focus({ preventScroll: true });
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
      <div class="column__list" data-list ref={scroller}>
        {items.length === 0 ? (
          <Empty first={first} />
        ) : (
          <ul
            class="column__cards"
            role="list"
            aria-label={text.board.cards(clients.length)}
            style={{ height: `${total}px` }}
          >
            {shown.map((index) => {
              const item = items[index];
              if (item.gap) return <Gap key="gap" top={tops[index]} height={item.height} />;
              return (
                <Card
                  key={item.id}
                  client={item}
                  top={tops[index]}
                  place={index + 1}
                  count={items.length}
                  opened={opened === item.id}
                  lifted={drag?.id === item.id ? drag.mode : null}
                />
              );
            })}
          </ul>
        )}
      </div>
      {board.canEdit.value && <Composer stage={stage.key} />}
    </section>
  );
});

function Gap({ top, height }) {
  return (
    <li class="gap" data-gap aria-hidden="true" style={{ height: `${height}px`, translate: `0 ${top}px` }} />
  );
}

function cardIn(list, id) {
  return list.querySelector(`[data-card="${CSS.escape(id)}"]`);
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
    const words = isFiltered(board.view.value) ? text.board.noneFound : text.board.emptyColumn;
    return <p class="column__empty">{words}</p>;
  }
  return (
    <div class="column__welcome">
      <strong>{text.board.emptyTitle}</strong>
      <p>{board.canEdit.value ? text.board.emptyLead : text.board.emptyViewer}</p>
      {board.canEdit.value && (
        <button type="button" class="link" onClick={() => board.addSamples().catch(() => {})}>
          {text.samples.add}
        </button>
      )}
    </div>
  );
}
