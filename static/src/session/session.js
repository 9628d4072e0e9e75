// Who is signed in. The access token lives in memory only; the refresh token in the vault, rotated in one tab at a time,
// since a refresh token used twice ends the session.
import { signal } from "@preact/signals";
import { newId } from "../sync/ids.js";
import { Refused, SignedOut, Unreachable } from "../sync.js";

/** state is {status: "starting"|"unreachable"|"out"|"in", user, notice}. */
export class Session {
  state = signal({ status: "starting", user: null, notice: null });
  #deps;
  #access = null;
  #renewing = null;

  /**
   * `request` is REST without a token; `vault` see vault.js; `kept` see kept-commands.js; `tabs` a BroadcastChannel to
   * the other tabs; `restart()` loads the page anew.
   */
  constructor({ request, vault, kept, tabs, clock, restart }) {
    this.#deps = { request, vault, kept, tabs, clock, restart };
    tabs.onmessage = ({ data }) => this.#heard(data);
  }

  /** What the sync client and REST take their tokens from. */
  get tokens() {
    return { current: () => this.#access, renew: (stale) => this.#renew(stale) };
  }

  async start() {
    this.#set("starting");
    const saved = await this.#deps.vault.read().catch(() => null); // a browser may forbid storage
    if (!saved) return this.#set("out");
    try {
      await this.#renew(null);
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Refused) this.#set("unreachable");
    }
  }

  async signIn(credentials) {
    await this.#adopt((await this.#deps.request("POST", "/auth/login", { body: credentials })).data);
    this.#tellTabs();
  }

  async register(person) {
    await this.#adopt((await this.#deps.request("POST", "/auth/register", { body: person })).data);
    this.#tellTabs();
  }

  /** `change` is {current_password, new_password}. Every other session of the person ends. */
  async changePassword(change) {
    const { token } = await this.#renew(this.#access?.token ?? null);
    // The answer uses the refresh token up, so no tab may use it meanwhile.
    await this.#deps.vault.alone(async () => {
      const headers = { Authorization: `Bearer ${token}` };
      await this.#adopt((await this.#deps.request("POST", "/auth/password", { body: change, headers })).data);
    });
  }

  /** How many commands of whoever is signed in the server has not answered yet, of all boards. */
  async unsent() {
    const { user } = this.state.value;
    return user ? this.#deps.kept.count(user.id).catch(() => 0) : 0; // a browser may forbid storage
  }

  /** Nothing that the person has seen or written stays in this browser, what was not sent included. */
  async signOut() {
    const { kept, request, vault } = this.#deps;
    const saved = await vault.read();
    if (this.state.value.user) await kept.clear(this.state.value.user.id).catch(() => {});
    await vault.clear();
    this.#over(null);
    this.#tellTabs();
    if (!saved) return;
    const body = { refresh_token: saved.refresh_token };
    await request("POST", "/auth/logout", { body }).catch(() => {}); // here the session is over either way
  }

  async #renew(stale) {
    if (this.#access && this.#access.token !== stale) return this.#access;
    this.#renewing ??= this.#deps.vault.alone(() => this.#rotate()).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #rotate() {
    const { request, vault } = this.#deps;
    const saved = await vault.read(); // another tab may just have rotated it
    if (!saved) throw this.#over(null);
    // A reload may come between the server's answer and our storing it. The same key then gets the same answer again.
    const attempt = saved.attempt ?? newId();
    if (!saved.attempt) await vault.write({ ...saved, attempt });
    try {
      const body = { refresh_token: saved.refresh_token };
      const headers = { "Idempotency-Key": attempt };
      await this.#adopt((await request("POST", "/auth/refresh", { body, headers })).data);
      return this.#access;
    } catch (error) {
      if (!(error instanceof Refused) || error.passing) throw error;
      await vault.clear();
      throw this.#over(new SignedOut().message);
    }
  }

  async #adopt({ user, access_token: token, refresh_token: refreshToken, expires_in: expiresIn }) {
    await this.#deps.vault.write({ refresh_token: refreshToken, user_id: user.id });
    this.#access = { token, expiresAt: this.#deps.clock.now() + expiresIn * 1000 };
    const known = this.state.value;
    if (known.status !== "in" || known.user.id !== user.id) this.state.value = { status: "in", user, notice: null };
  }

  /** Another tab signed out, or somebody in: this one follows. */
  #heard({ user_id: userId }) {
    const mine = this.state.value.user?.id ?? null;
    if (userId === mine) return;
    if (userId === null) this.#over(null);
    else this.#deps.restart();
  }

  #tellTabs() {
    this.#deps.tabs.postMessage({ user_id: this.state.value.user?.id ?? null });
  }

  #over(notice) {
    this.#access = null;
    this.#set("out", notice);
    return new SignedOut();
  }

  #set(status, notice = null) {
    this.state.value = { status, user: null, notice };
  }
}
