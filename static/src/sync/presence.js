// Who is here, as a fold over presence frames: user id -> {id, name, viewing, editing, sessions}.

export function foldPresence(people, frame) {
  if (frame.users) return new Map(frame.users.map((entry) => [entry.id, entry]));
  const next = new Map(people);
  if (frame.left) next.delete(frame.left.id);
  const entry = frame.joined ?? frame.updated;
  if (entry) next.set(entry.id, entry);
  return next;
}

export function samePresence(a, b) {
  return (
    a?.viewing === b?.viewing &&
    a?.editing?.client_id === b?.editing?.client_id &&
    a?.editing?.field === b?.editing?.field
  );
}
