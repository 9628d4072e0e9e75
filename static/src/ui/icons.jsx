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
export const TableIcon = icon(
  <>
    <rect x="2.5" y="3" width="11" height="10" rx="1.5" />
    {line("M2.5 6.25h11M2.5 9.6h11M6.5 6.25V13")}
  </>,
);
export const FilterIcon = icon(line("M2.5 4.5h11M4.5 8h7M6.75 11.5h2.5"));
export const ColumnsIcon = icon(
  <>
    <rect x="2.5" y="3" width="11" height="10" rx="1.5" />
    {line("M6.2 3v10M9.8 3v10")}
  </>,
);
export const BookmarkIcon = icon(line("M4.5 2.75h7a.5.5 0 0 1 .5.5v10L8 10.5l-4 2.75v-10a.5.5 0 0 1 .5-.5Z"));
export const TagIcon = icon(
  <>
    {line("M2.75 3.25v4.2l6 6 4.7-4.7-6-6H3.25a.5.5 0 0 0-.5.5Z")}
    <circle class="icon__fill" cx="5.4" cy="5.4" r=".8" />
  </>,
);
export const UntagIcon = icon(line("M2.75 7.45v-4.2a.5.5 0 0 1 .5-.5h4.2l6 6-4.7 4.7ZM5.75 10.25l4.5-4.5"));
export const PersonIcon = icon(
  <>
    <circle cx="8" cy="5.5" r="2.5" />
    {line("M3.25 13.25c.5-2.6 2.4-4 4.75-4s4.25 1.4 4.75 4")}
  </>,
);
export const MoveIcon = icon(line("M3 8h9.5M9 4.5 12.5 8 9 11.5"));
export const UndoIcon = icon(line("M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6a3.75 3.75 0 0 1 0 7.5H6"));
export const KeyboardIcon = icon(
  <>
    <rect x="1.75" y="4" width="12.5" height="8" rx="1.5" />
    {line("M4.5 6.75h.1M7 6.75h.1M9.5 6.75h.1M12 6.75h.1M5.5 9.5h5")}
  </>,
);
export const MoreIcon = icon(line("M3.5 8h.1M8 8h.1M12.5 8h.1"));
export const CommandIcon = icon(
  line(
    "M6.25 6.25h3.5v3.5h-3.5ZM6.25 6.25H4.6a1.6 1.6 0 1 1 1.65-1.65ZM9.75 6.25V4.6a1.6 1.6 0 1 1 1.65 1.65ZM9.75 9.75h1.65a1.6 1.6 0 1 1-1.65 1.65ZM6.25 9.75v1.65a1.6 1.6 0 1 1-1.65-1.65Z",
  ),
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

export const SparkIcon = icon(
  line("M8 2.25 9.5 6.5 13.75 8 9.5 9.5 8 13.75 6.5 9.5 2.25 8 6.5 6.5ZM13 1.75v2.5M11.75 3h2.5"),
);
export const StopIcon = icon(<rect class="icon__fill" x="3.5" y="3.5" width="9" height="9" rx="1.5" />);
export const RetryIcon = icon(line("M13 8a5 5 0 1 1-1.5-3.55M13 2.5v3h-3"));
export const ArrowUpIcon = icon(line("M8 13V3.5M3.75 7.5 8 3.25l4.25 4.25"));
export const KeyIcon = icon(
  <>
    <circle cx="5.5" cy="10.5" r="2.75" />
    {line("m7.5 8.5 5.25-5.25M10.75 5.25l1.75 1.75")}
  </>,
);
export const ShieldIcon = icon(
  line("M8 2.25 13 4v3.75c0 3-2 5-5 6-3-1-5-3-5-6V4ZM5.75 8 7.4 9.65 10.4 6.4"),
);
export const GlobeIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    {line("M2.5 8h11M8 2.5c3.5 3.5 3.5 7.5 0 11M8 2.5c-3.5 3.5-3.5 7.5 0 11")}
  </>,
);
export const StagesIcon = icon(
  <>
    <circle cx="3.75" cy="4.5" r="1.25" />
    <circle cx="3.75" cy="11.5" r="1.25" />
    {line("M7.5 4.5h6M7.5 11.5h6")}
  </>,
);
export const ArrowDownIcon = icon(line("M8 3v9.5M3.75 8.5 8 12.75l4.25-4.25"));

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
