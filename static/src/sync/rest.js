// REST with a bearer token, problems as errors, and one repeat after a renewed token.
import { Refused, Unreachable } from "./problem.js";

/**
 * `tokens` is {current() -> {token, expiresAt}|null, renew(stale) -> Promise<{token, expiresAt}>}; null means
 * requests without a token. A `file` is sent as it is. Answers {status, data, headers, text}.
 */
export function createRest({ base, fetch, tokens, clock, limits }) {
  async function send(method, path, { body, file, headers, signal, timeoutMs, token }) {
    const abort = new AbortController();
    const giveUp = () => abort.abort();
    const cancel = clock.after(timeoutMs, giveUp);
    signal?.addEventListener("abort", giveUp, { once: true });
    if (signal?.aborted) giveUp();
    try {
      const response = await fetch(base + path, {
        method,
        body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
        headers: {
          Accept: "application/json",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
          ...headers,
        },
        signal: abort.signal,
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, data: parsed(text), text };
    } catch (cause) {
      throw new Unreachable(cause);
    } finally {
      cancel();
      signal?.removeEventListener("abort", giveUp);
    }
  }

  return async function request(method, path, options = {}) {
    const { timeoutMs = limits.restMs } = options;
    let token = tokens ? await usableToken(tokens, clock, limits) : null;
    let answer = await send(method, path, { ...options, timeoutMs, token });
    if (answer.status === 401 && tokens) {
      token = (await tokens.renew(token)).token;
      answer = await send(method, path, { ...options, timeoutMs, token });
    }
    if (answer.status >= 400) throw new Refused(problemOf(answer), retryAfterMs(answer.headers));
    return answer;
  };
}

/** A token that will outlive the request about to be made. */
export async function usableToken(tokens, clock, limits) {
  const held = tokens.current();
  if (held && held.expiresAt - clock.now() > limits.tokenLeewayMs) return held.token;
  return (await tokens.renew(held?.token ?? null)).token;
}

/** How a command reads over REST. */
export function requestFor(command) {
  const { data } = command;
  const ifMatch = command.if_version ? { "If-Match": `"${command.if_version}"` } : {};
  const client = `/clients/${encodeURIComponent(command.client_id)}`;
  const stage = `/stages/${encodeURIComponent(command.stage_id)}`;
  const member = `/members/${encodeURIComponent(command.user_id)}`;
  switch (command.op) {
    case "client.create":
      return { method: "POST", path: "/clients", body: data };
    case "client.update":
      return { method: "PATCH", path: client, body: data, headers: ifMatch };
    case "client.delete":
      return { method: "DELETE", path: client, headers: ifMatch };
    case "client.restore":
      return { method: "POST", path: `${client}/restore` };
    case "client.bulk":
      return { method: "POST", path: "/clients/bulk", body: { operations: command.operations } };
    case "comment.create":
      return { method: "POST", path: `${client}/comments`, body: data };
    case "stage.create":
      return { method: "POST", path: "/stages", body: data };
    case "stage.update":
      return { method: "PATCH", path: stage, body: data };
    case "stage.delete":
      return {
        method: "DELETE",
        path: command.move_to ? `${stage}?move_to=${encodeURIComponent(command.move_to)}` : stage,
      };
    case "member.update":
      return { method: "PATCH", path: member, body: data };
    case "member.remove":
      return { method: "DELETE", path: member };
    case "assistant.ask":
      return { method: "POST", path: "/assistant/messages", body: { ...data, client_id: command.client_id } };
    case "assistant.cancel":
      return { method: "POST", path: `${messagePath(data)}/cancel` };
    case "assistant.apply":
    case "assistant.dismiss":
      return { method: "POST", path: `${proposalPath(data)}/${command.op.split(".")[1]}` };
    case "workspace.update":
      return { method: "PATCH", path: "", body: data };
    default:
      throw new TypeError(`No REST form of ${command.op}`);
  }
}

function messagePath({ message_id: id }) {
  return `/assistant/messages/${encodeURIComponent(id)}`;
}

function proposalPath(data) {
  return `${messagePath(data)}/proposals/${encodeURIComponent(data.proposal_id)}`;
}

function parsed(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's error page; the status says what matters
  }
}

function problemOf({ status, data }) {
  if (data && typeof data === "object" && "status" in data) return data;
  const detail = status >= 500 ? "The server has a problem right now." : `The server answered ${status}.`;
  return { type: "about:blank", title: detail, status, detail };
}

function retryAfterMs(headers) {
  const seconds = Number(headers?.get?.("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}
