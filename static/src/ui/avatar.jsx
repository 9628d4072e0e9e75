import { initialsOf, toneOf } from "../format/names.js";

/** A person as initials (drawn by the style) in their own tone. `title` is the tooltip; the name stands beside or in `label`. */
export function Avatar({ id, name, size = "medium", title = name, label }) {
  return (
    <span
      class={`avatar avatar--${size} tone-${toneOf(id)}`}
      data-initials={initialsOf(name)}
      title={title || undefined}
      role={label ? "img" : undefined}
      aria-label={label}
    />
  );
}

/** Everybody's avatars, overlapping, the last one telling how many more there are. */
export function AvatarStack({ people, most = 4, size, describe, label }) {
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const rest = people.slice(shown.length);
  return (
    <ul class="avatar-stack" role="list" aria-label={label}>
      {shown.map((person) => (
        <li key={person.id}>
          <Avatar id={person.id} name={person.name} size={size} title={describe(person)} label={describe(person)} />
        </li>
      ))}
      {rest.length > 0 && (
        <li>
          <span class={`avatar avatar--${size} avatar--rest`} title={rest.map(describe).join("\n")}>
            +{rest.length}
          </span>
        </li>
      )}
    </ul>
  );
}
