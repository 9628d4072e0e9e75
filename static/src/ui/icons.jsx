// Our own icons: strokes on a 16 x 16 grid, coloured by the text around them.

function icon(paths) {
  return function Icon({ size = 16 }) {
    return (
      <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
        {paths}
      </svg>
    );
  };
}

const line = (d) => <path d={d} />;

export const PlusIcon = icon(line("M8 3.25v9.5M3.25 8h9.5"));
export const CloseIcon = icon(line("m4 4 8 8m0-8-8 8"));
export const CheckIcon = icon(line("m3.5 8.5 3 3 6-7"));
export const ChevronIcon = icon(line("m4.5 6.5 3.5 3.5 3.5-3.5"));
export const BackIcon = icon(line("M9.5 4 5.5 8l4 4"));
export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4" />
    {line("m10 10 3.25 3.25")}
  </>,
);
export const CalendarIcon = icon(
  <>
    <rect x="2.5" y="3.5" width="11" height="10" rx="2" />
    {line("M2.5 6.75h11M5.5 2v2.5M10.5 2v2.5")}
  </>,
);
export const TrashIcon = icon(line("M3 4.5h10M6.25 4.5V3h3.5v1.5M4.25 4.5l.6 8.5h6.3l.6-8.5M6.75 7v3.5M9.25 7v3.5"));
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.75" />
    {line("M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9")}
  </>,
);
export const MoonIcon = icon(line("M13 9.4A5.5 5.5 0 1 1 6.6 3a4.5 4.5 0 0 0 6.4 6.4Z"));
export const AutoIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    <path class="icon__fill" d="M8 2.5a5.5 5.5 0 0 1 0 11Z" />
  </>,
);
export const PeopleIcon = icon(
  <>
    <circle cx="6" cy="5.5" r="2.25" />
    {line("M2 13c.3-2.4 1.9-3.75 4-3.75S9.7 10.6 10 13M10.5 3.5a2.1 2.1 0 0 1 0 4M11.5 9.5c1.4.4 2.3 1.6 2.5 3.5")}
  </>,
);
export const LinkIcon = icon(
  line(
    "M6.75 9.25 9.25 6.75M7.5 4.75l1.4-1.4a2.65 2.65 0 0 1 3.75 3.75l-1.4 1.4M8.5 11.25l-1.4 1.4a2.65 2.65 0 0 1-3.75-3.75l1.4-1.4",
  ),
);
export const ExitIcon = icon(
  line("M6.5 2.75H4a1.25 1.25 0 0 0-1.25 1.25v8A1.25 1.25 0 0 0 4 13.25h2.5M10.5 5 13.5 8l-3 3M13.25 8H6.5"),
);
export const BoardIcon = icon(
  <>
    <rect x="2.5" y="3" width="3" height="10" rx="1" />
    <rect x="6.5" y="3" width="3" height="7" rx="1" />
    <rect x="10.5" y="3" width="3" height="4.5" rx="1" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5" />
    {line("M10.5 5.5v-1A1.5 1.5 0 0 0 9 3H4.5A1.5 1.5 0 0 0 3 4.5V9a1.5 1.5 0 0 0 1.5 1.5h1")}
  </>,
);
export const AlertIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    {line("M8 5v3.5M8 10.9v.1")}
  </>,
);

export function Logo({ size = 28 }) {
  return (
    <svg class="logo" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect class="logo__ground" width="32" height="32" rx="8" />
      <rect class="logo__bar" x="7" y="8" width="5" height="16" rx="2" />
      <rect class="logo__bar logo__bar--second" x="13.5" y="8" width="5" height="11" rx="2" />
      <rect class="logo__bar logo__bar--third" x="20" y="8" width="5" height="7" rx="2" />
    </svg>
  );
}
