import { text } from "../text/index.js";

// A picture of a board, drawn with the board's own styles. Bars stand for words: it says nothing to a screen reader.
const COLUMNS = [
  {
    tone: 6,
    cards: [
      [70, 45, 1],
      [55, 60, null],
    ],
  },
  {
    tone: 1,
    cards: [
      [62, 38, 4],
      [80, 52, null],
      [48, 40, 2],
    ],
  },
  { tone: 3, cards: [[66, 58, 0]] },
];

export function Showcase() {
  return (
    <aside class="showcase" aria-label={text.entry.showcaseTitle}>
      <div class="showcase__board" aria-hidden="true">
        {COLUMNS.map(({ tone, cards }) => (
          <div class="showcase__column" key={tone}>
            <span class={`showcase__dot tone-${tone}`} />
            {cards.map(([name, company, owner]) => (
              <div class="showcase__card" key={name}>
                <span class="showcase__bar" style={{ width: `${name}%` }} />
                <span class="showcase__bar showcase__bar--soft" style={{ width: `${company}%` }} />
                {owner !== null && <span class={`showcase__owner tone-${owner}`} />}
              </div>
            ))}
          </div>
        ))}
      </div>
      <h2>{text.entry.showcaseTitle}</h2>
      <p>{text.entry.showcaseLead}</p>
    </aside>
  );
}
