// The assistant's thread as a fold over its frames and over what REST answers. Pure. Offsets count code points.
//
// A message is the server's, with `length` (of its text), `full` (the length that the text is known to end with) and
// `ahead`: deltas that came before what stands between.

/** messages: id -> message. `hole` of a result is the id of a message that has to be read anew, or null. */
export const emptyThread = Object.freeze({ messages: new Map() });

export function lengthOf(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The text from code point `start` on. */
function textFrom(text, start) {
  return start === 0 ? text : Array.from(text).slice(start).join("");
}

/** One frame {event, message_id, offset, text, message?, proposal?}. Gives {thread, hole}. */
export function foldFrame(thread, frame) {
  const { event, message_id: id } = frame;
  const known = thread.messages.get(id);
  if (!known && (event === "delta" || event === "proposal")) return { thread, hole: id };
  const message = folded(known, frame);
  return { thread: put(thread, message), hole: hasHole(message) ? id : null };
}

function folded(known, frame) {
  switch (frame.event) {
    case "delta":
      return withDelta(known, frame);
    case "proposal":
      return withProposal(known, frame.proposal);
    case "started": {
      if (isSettled(known)) return known; // an old one
      const message = merged(known, { ...frame.message, id: frame.message_id });
      return { ...message, text: frame.text, length: lengthOf(frame.text), ahead: [] };
    }
    default: // done, error, cancelled: the frame's offset is the length of the whole text
      return ended(merged(known, { ...frame.message, id: frame.message_id }), frame.offset);
  }
}

/** Is text missing that is known to exist? */
export function hasHole(message) {
  return message.ahead.length > 0 || message.length < message.full;
}

/** Of a reply whose server died some of what was sent may not be kept. */
function ended(message, full) {
  if (message.length <= full) return { ...message, full };
  return { ...message, text: Array.from(message.text).slice(0, full).join(""), length: full, full, ahead: [] };
}

/** What REST told of messages: while one is written the longer text counts, and what has ended does not begin again. */
export function withMessages(thread, messages) {
  return messages.reduce((result, told) => put(result, merged(result.messages.get(told.id), told)), thread);
}

/** A proposal as the answer to Apply or Dismiss told it. */
export function withDecision(thread, proposal) {
  const known = thread.messages.get(proposal.message_id);
  return known ? put(thread, withProposal(known, proposal)) : thread;
}

/** The oldest first. */
export function inOrder(thread) {
  return [...thread.messages.values()].sort((a, b) => {
    if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
    return a.id < b.id ? -1 : 1;
  });
}

/** Known, and no longer being written. */
export function isSettled(message) {
  return message !== undefined && message.status !== "streaming";
}

function merged(known, told) {
  const { text = "", proposals = [], ...rest } = told;
  const news = isSettled(known) && told.status === "streaming" ? {} : rest;
  const base = { proposals: [], text: "", length: 0, ahead: [], full: 0, ...known, ...news };
  const message = withText(proposals.reduce(withProposal, base), text);
  return isSettled(told) && told.text !== undefined ? ended(message, lengthOf(text)) : message;
}

/** Takes the longer of two texts, then what came ahead of it. */
function withText(message, text) {
  const length = lengthOf(text);
  return caughtUp(length > message.length ? { ...message, text, length } : message);
}

function withDelta(message, { offset, text }) {
  if (offset + lengthOf(text) <= message.length) return message;
  return caughtUp({ ...message, ahead: [...message.ahead, { offset, text }] });
}

/** Joins what lies ahead as far as there is no hole. */
function caughtUp(message) {
  if (message.ahead.length === 0) return message;
  let { text, length } = message;
  const ahead = [];
  for (const delta of [...message.ahead].sort((a, b) => a.offset - b.offset)) {
    const end = delta.offset + lengthOf(delta.text);
    if (delta.offset > length) ahead.push(delta);
    else if (end > length) {
      text += textFrom(delta.text, length - delta.offset);
      length = end;
    }
  }
  return { ...message, text, length, ahead };
}

function withProposal(message, proposal) {
  const known = message.proposals.find(({ id }) => id === proposal.id);
  const proposals = known
    ? message.proposals.map((other) => (other === known ? later(known, proposal) : other))
    : [...message.proposals, proposal];
  return { ...message, proposals };
}

/** A decision stays, whatever older news comes after it. */
function later(known, told) {
  return known.status !== "open" && told.status === "open" ? known : told;
}

function put(thread, message) {
  if (thread.messages.get(message.id) === message) return thread;
  return { ...thread, messages: new Map(thread.messages).set(message.id, message) };
}
