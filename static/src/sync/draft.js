// Copy-on-write over a board: a map is copied once, when first written, so that untouched parts keep their identity.

export function draftOf(board) {
  let next = board;
  const owned = new Set();
  const set = (name, value) => {
    if (next === board) next = { ...board };
    next[name] = value;
  };
  return {
    get: (name) => next[name],
    set,
    /** The named map, ready to be written to. */
    edit(name) {
      if (!owned.has(name)) {
        owned.add(name);
        set(name, new Map(next[name]));
      }
      return next[name];
    },
    finish: () => next,
  };
}
