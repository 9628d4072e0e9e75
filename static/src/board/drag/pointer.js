// Moving a card by mouse or finger. A ghost follows the pointer; the state says where the gap is. The mouse drags at
// once, a finger after a short press, so that swiping still scrolls.
import { text } from "../../text/index.js";
import { indexAt } from "../../virtual/window.js";
import { aim, pickUp, placeOf } from "./state.js";

const SLOP_PX = 5; // less is a click
const PRESS_MS = 220;
const EDGE_PX = 56; // this near an edge the board or column scrolls
const FASTEST_PX = 14; // a frame, at the edge itself
const HURRY_MS = 1_200; // held at an edge for so long a column scrolls twice as fast, and so on
const MOST_HURRY = 6;
const HOME_MS = 180;

export class PointerDrag {
  #root;
  #board;
  #metrics;
  #press = null; // a pointer is down on a card
  #ghost = null;
  #frame = 0;
  #edgeSince = 0; // since when the pointer has been near an edge

  constructor(root, board, metrics) {
    this.#root = root;
    this.#board = board;
    this.#metrics = metrics;
  }

  /** Listens; returns the way out. */
  attach() {
    const off = new AbortController();
    const { signal } = off;
    const root = this.#root;
    root.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    root.addEventListener("click", (event) => this.#click(event), { signal, capture: true });
    root.addEventListener("contextmenu", (event) => this.#press?.touch && event.preventDefault(), { signal });
    root.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    // Only a listener that was there before the touch began may stop the browser from scrolling.
    root.addEventListener("touchmove", (event) => this.#ghost && event.preventDefault(), { signal, passive: false });
    window.addEventListener("pointermove", (event) => this.#move(event), { signal });
    window.addEventListener("pointerup", (event) => this.#up(event), { signal });
    window.addEventListener("pointercancel", (event) => this.#cancel(event), { signal });
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event), {
      signal,
      capture: true,
    });
    return () => {
      this.#end();
      off.abort();
    };
  }

  #down(event) {
    const card = event.target.closest("[data-card]");
    if (!card || event.button !== 0 || this.#press || this.#board.drag.peek() || !this.#board.canEdit.peek()) return;
    const touch = event.pointerType !== "mouse";
    this.#press = {
      card,
      touch,
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      startX: event.clientX,
      startY: event.clientY,
    };
    if (touch) this.#press.timer = setTimeout(() => this.#lift(), PRESS_MS);
  }

  #move(event) {
    const press = this.#press;
    if (!press || event.pointerId !== press.pointer) return;
    press.x = event.clientX;
    press.y = event.clientY;
    const moved = Math.hypot(press.x - press.startX, press.y - press.startY) > SLOP_PX;
    if (this.#ghost || !moved) return;
    if (press.touch)
      this.#end(); // a swipe: the browser scrolls
    else this.#lift();
  }

  #lift() {
    const press = this.#press;
    const { card } = press;
    const box = card.getBoundingClientRect();
    if (!pickUp(this.#board, card.dataset.card, "pointer", box.height)) return this.#end();
    if (press.touch) navigator.vibrate?.(8);
    Object.assign(press, { offsetX: press.startX - box.left, offsetY: press.startY - box.top });
    this.#ghost = ghostOf(card, box);
    this.#root.dataset.dragging = "";
    this.#follow();
  }

  #follow() {
    const { x, y, offsetX, offsetY } = this.#press;
    this.#ghost.style.transform = `translate3d(${x - offsetX}px, ${y - offsetY}px, 0)`;
    this.#scrollAtEdges(x, y);
    const to = this.#target();
    if (to) aim(this.#board, to);
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  /** The stage under the pointer, and the card there that the ghost's top has passed the middle of. */
  #target() {
    const { x, y, offsetY } = this.#press;
    const element = nearestColumn(this.#root, x);
    const list = element?.querySelector("[data-list]");
    if (!list) return null;
    const stage = element.dataset.stage;
    const { clients } = this.#board.columns.peek().find((column) => column.stage.key === stage);
    const { id } = this.#board.drag.peek();
    const { tops, heights } = this.#metrics.place(clients, id);
    const top = y - offsetY - list.getBoundingClientRect().top + list.scrollTop;
    let index = clients.length > 0 ? indexAt(tops, top) : -1;
    while (index >= 0 && (clients[index].id === id || top < tops[index] + heights[index] / 2)) index -= 1;
    return { stage, previousId: index < 0 ? null : clients[index].id };
  }

  #scrollAtEdges(x, y) {
    const frame = this.#root.getBoundingClientRect();
    this.#root.scrollLeft += edgeSpeed(x, frame.left, frame.right);
    const list = nearestColumn(this.#root, x)?.querySelector("[data-list]");
    if (!list) return;
    const { top, bottom } = list.getBoundingClientRect();
    const speed = edgeSpeed(y, top, bottom);
    const now = performance.now();
    if (speed === 0) this.#edgeSince = now;
    list.scrollTop += speed * Math.min(MOST_HURRY, 1 + (now - this.#edgeSince) / HURRY_MS);
  }

  #up(event) {
    const press = this.#press;
    if (!press || event.pointerId !== press.pointer) return;
    if (!this.#ghost) return this.#end();
    const board = this.#board;
    // It is put down where the pointer is now, which may be further than the last frame has shown.
    Object.assign(press, { x: event.clientX, y: event.clientY });
    const to = this.#target();
    if (to) aim(board, to);
    const drag = board.drag.peek();
    const client = board.clients.peek().get(drag.id);
    if (client && board.move(drag.id, drag.to)) {
      board.announcement.value = text.drag.dropped(client.name, placeOf(board, drag));
    }
    this.#flyHome(drag);
  }

  /** The ghost goes where the card now is, then makes room for it. */
  #flyHome(drag) {
    cancelAnimationFrame(this.#frame);
    const board = this.#board;
    board.drag.value = { ...drag, mode: "settling" };
    delete this.#root.dataset.dragging;
    const ghost = this.#ghost;
    this.#ghost = null;
    this.#press = null;
    this.#swallowClick = true;
    setTimeout(() => (this.#swallowClick = false), 0);
    const land = () => {
      ghost.parentNode.remove();
      if (board.drag.peek()?.mode === "settling") board.drag.value = null;
    };
    requestAnimationFrame(() => {
      const card = this.#root.querySelector(`[data-card="${CSS.escape(drag.id)}"]`);
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (!card || calm) return land();
      const { left, top } = card.getBoundingClientRect();
      const flight = ghost.animate(
        [{ transform: ghost.style.transform }, { transform: `translate3d(${left}px, ${top}px, 0)` }],
        {
          duration: HOME_MS,
          easing: "cubic-bezier(.2, .8, .2, 1)",
        },
      );
      flight.onfinish = flight.oncancel = land;
    });
  }

  #swallowClick = false;

  /** The release after a drag is no click on the card. */
  #click(event) {
    if (!this.#swallowClick) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #cancel(event) {
    if (event.pointerId === this.#press?.pointer) this.#giveUp();
  }

  #escape(event) {
    if (!this.#ghost) return;
    event.preventDefault();
    event.stopPropagation();
    this.#giveUp();
  }

  #giveUp() {
    const drag = this.#board.drag.peek();
    if (!this.#ghost) return this.#end();
    this.#board.announcement.value = text.drag.cancelled(this.#board.clients.peek().get(drag.id)?.name ?? "");
    this.#flyHome(drag);
  }

  #end() {
    clearTimeout(this.#press?.timer);
    cancelAnimationFrame(this.#frame);
    this.#press = null;
    if (!this.#ghost) return;
    this.#ghost.parentNode.remove();
    this.#ghost = null;
    delete this.#root.dataset.dragging;
    this.#board.drag.value = null;
  }
}

function ghostOf(card, { left, top, width }) {
  const layer = document.createElement("div");
  layer.className = "drag-layer";
  layer.setAttribute("aria-hidden", "true");
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  ghost.inert = true;
  ghost.style.width = `${width}px`;
  ghost.style.transform = `translate3d(${left}px, ${top}px, 0)`;
  const copy = document.createElement("div");
  copy.className = card.className;
  copy.append(...card.cloneNode(true).childNodes);
  ghost.append(copy);
  layer.append(ghost);
  document.body.append(layer);
  return ghost;
}

function nearestColumn(root, x) {
  let nearest = null;
  let least = Infinity;
  for (const column of root.querySelectorAll("[data-stage]")) {
    const { left, right } = column.getBoundingClientRect();
    const distance = x < left ? left - x : x > right ? x - right : 0;
    if (distance < least) [nearest, least] = [column, distance];
  }
  return nearest;
}

/** Pixels a frame, faster towards the edge; 0 away from both. */
function edgeSpeed(at, start, end) {
  const near = (distance) => Math.round(FASTEST_PX * Math.min(1, Math.max(0, 1 - distance / EDGE_PX)));
  return near(end - at) - near(at - start);
}
