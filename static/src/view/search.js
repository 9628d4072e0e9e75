// Finding clients by words, as the server's `q` does: every word, in any field, whatever case and accents.

const searchable = new WeakMap();

/** Without case and accents. */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function textOf(client) {
  if (!searchable.has(client)) {
    const { name, company, email, phone, notes, tags } = client;
    searchable.set(client, plain([name, company, email, phone, notes, ...tags].filter(Boolean).join("\n")));
  }
  return searchable.get(client);
}

/** A test for clients, or null when `query` asks for nothing. */
export function wordsMatcher(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return words.length === 0 ? null : (client) => words.every((word) => textOf(client).includes(word));
}
