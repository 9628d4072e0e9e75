import { useEffect, useState } from "preact/hooks";

/** What `read()` gives, read when the view appears and on `reload`: {items|null, error|null, reload, change}. */
export function useListing(read) {
  const [state, setState] = useState({ items: null, error: null });
  async function reload() {
    setState((before) => ({ ...before, error: null }));
    try {
      setState({ items: await read(), error: null });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  }
  useEffect(() => void reload(), []);
  return { ...state, reload, change: (items) => setState({ items, error: null }) };
}
