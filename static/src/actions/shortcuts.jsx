import { useApp } from "../app/context.js";
import { text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";
import { keyCaps } from "./keys.js";

/** Every shortcut: those of the actions, and what keys do on the board and in the table. */
export function Shortcuts({ actions, onClose }) {
  const { letters } = useApp();
  const words = text.shortcuts;
  const general = actions.filter(({ key }) => key).map(({ key, label }) => [[keyCaps(key)], label]);
  const groups = [[words.general, general], ...words.places.map(({ title, keys }) => [title, keys.map(parted)])];
  return (
    <Dialog title={words.title} onClose={onClose}>
      <label class="shortcuts__letters">
        <input
          type="checkbox"
          checked={letters.on.value}
          onChange={({ currentTarget: { checked } }) => letters.choose(checked)}
        />
        {words.letters}
      </label>
      {groups.map(([title, list]) => (
        <section class="shortcuts" key={title}>
          <h3>{title}</h3>
          <dl>
            {list.map(([ways, label]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  {ways.map((caps) => (
                    <Caps key={caps.join()} caps={caps} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

const parted = ([keys, label]) => [keys.split(" / ").map((way) => way.split("+")), label];

/** The keys of one shortcut. */
export function Keys({ of }) {
  return <Caps caps={keyCaps(of)} />;
}

function Caps({ caps }) {
  return (
    <span class="keys">
      {caps.map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
