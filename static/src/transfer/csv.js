// CSV in the browser: enough to save a file, and to find rows in one by their numbers.

/** With the mark by which spreadsheets know UTF-8. */
export const csvBlob = (text) => new Blob(["\ufeff", text], { type: "text/csv" });

export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href, download: name.replace(/[\\/:*?"<>|]/g, " ") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // a browser may ask where to first
}

/** The file's text; `encoding` as the server found it. */
export async function textOf(file, encoding) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const bigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const label = bigEndian ? "utf-16be" : encoding.replace(/-(?=[bl]e$)/, "");
  return new TextDecoder(label).decode(bytes);
}

/** Each row as it stands in the text, the header first: a line break within quotes ends none. */
export function rawRows(text, delimiter) {
  const rows = [];
  let start = 0;
  let quoted = false;
  let fresh = true; // at the beginning of a cell
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') continue;
      if (text[at + 1] === '"') at += 1;
      else quoted = false;
    } else if (sign === '"' && fresh) {
      quoted = true;
      fresh = false;
    } else if (sign === "\n" || sign === "\r") {
      rows.push(text.slice(start, at));
      if (sign === "\r" && text[at + 1] === "\n") at += 1;
      start = at + 1;
      fresh = true;
    } else fresh = sign === delimiter;
  }
  if (start < text.length) rows.push(text.slice(start));
  return rows;
}

/** The rows that failed, with what is wrong in one more column. `errors`: [{row, said}]; the header is row 1. */
export function failedRows(text, delimiter, errors) {
  const rows = rawRows(text, delimiter);
  const said = new Map();
  for (const { row, said: words } of errors) said.set(row, [...(said.get(row) ?? []), words]);
  const cell = (words) => `"${words.replaceAll('"', '""')}"`;
  const failed = [...said].map(([row, words]) => [rows[row - 1], cell(words.join("; "))].join(delimiter));
  return [[rows[0], "error"].join(delimiter), ...failed, ""].join("\r\n");
}
