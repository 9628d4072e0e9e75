import { text } from "../text/index.js";

const CARDS = [3, 2, 4, 1, 2];

/** The board's outline while it is being read; everything stands where it will stand. */
export function BoardSkeleton() {
  return (
    <div class="workspace" aria-busy="true">
      <div class="topbar">
        <span class="skeleton skeleton--title" />
      </div>
      <div class="workspace__body">
        <BoardOutline />
      </div>
    </div>
  );
}

export function BoardOutline() {
  return (
    <main class="board" aria-label={text.board.loading}>
      {CARDS.map((count, index) => (
        <div class="column" key={index}>
          <div class="column__head">
            <span class="skeleton skeleton--line" />
          </div>
          <div class="column__list">
            {Array.from({ length: count }, (_, row) => (
              <div class="skeleton skeleton--card" key={row} />
            ))}
          </div>
        </div>
      ))}
    </main>
  );
}
