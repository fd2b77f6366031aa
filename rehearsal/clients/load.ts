import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Colour } from "../../rollout/policy/colour.ts";
import { header } from "../../sidecar/telemetry.ts";
import { wholeCause } from "./cause.ts";
import { type Session, type SessionOptions, openSession } from "./session.ts";
import { Tally } from "./tally.ts";

export interface LoadOptions {
  /** Base URL of the balancer. */
  readonly url: string;
  readonly session: SessionOptions;
  /** Transports that sessions are opened over, in turn; without them the session's own. */
  readonly transports?: readonly SessionOptions["transport"][];
  readonly healthPath: string;
  /** Sessions that stay open throughout. */
  readonly sessions: number;
  /** Requests without a session, a second. */
  readonly perSecond: number;
  /** Milliseconds between two calls of one long session. */
  readonly callEveryMs: number;
  /** Short sessions opened, a second: each lists, calls and closes. */
  readonly newSessionsPerSecond: number;
  readonly random: () => number;
  /** Slot of an answer that names none, by the balancer's own account. */
  readonly slotOf?: (response: IncomingMessage) => Colour | null;
}

/** Idle connections are let go after so long, in milliseconds: well before the balancer closes them, as browsers do. */
const idleConnectionMs = 30_000;

/** A stream that ended is opened again within so many times this time, in milliseconds, by a client with little processor. */
const renewalMs = 500;
const renewalLooks = 6;

/** Many clients at once, as real ones would be: long sessions, short ones, and requests without a session. */
export class Load {
  readonly tally = new Tally();
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32, timeout: idleConnectionMs });
  readonly #running = new Set<Promise<void>>();
  readonly #open = new Set<Session>();
  /** Sessions that were asked for. */
  #asked = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Opens the long sessions and starts everything. Resolves when they are open. */
  async start(): Promise<void> {
    const { sessions } = this.#options;
    for (let opened = 0; opened < sessions; opened += 10)
      await Promise.all(Array.from({ length: Math.min(10, sessions - opened) }, () => this.#openLong()));
    this.#go(this.#stateless());
    this.#go(this.#shortSessions());
  }

  /** Lets what is under way end, then closes every session. */
  async stop(): Promise<Tally> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await Promise.all([...this.#open].map((session) => session.close()));
    this.#agent.destroy();
    return this.tally;
  }

  get openSessions(): number {
    return this.#open.size;
  }

  /** Slot that answered each open session last. */
  slots(): (string | null)[] {
    return [...this.#open].map((session) => session.slot());
  }

  /** Tasks that each open session was answered by. */
  tasksPerSession(): number[] {
    return [...this.#open].map(({ tasks }) => tasks.size);
  }

  #go(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #openLong(): Promise<void> {
    const session = await this.#openOne();
    if (session) this.#go(this.#live(session));
  }

  async #openOne(): Promise<Session | null> {
    const { tally } = this;
    try {
      const onRenewal = (slot: string | null) => this.#renewed(slot);
      const transport = this.#nextTransport();
      const session = await openSession({ ...this.#options.session, transport, onRenewal });
      tally.counts.sessions.opened++;
      tally.request("ok", Date.now());
      this.#open.add(session);
      return session;
    } catch (error) {
      tally.request("lost", Date.now(), `opening a session: ${(error as Error).message}`);
      return null;
    }
  }

  #nextTransport(): SessionOptions["transport"] {
    const { transports, session } = this.#options;
    return transports?.[this.#asked++ % transports.length] ?? session.transport;
  }

  /** A long session: a call now and then, until the end. One that is over is opened again, as MCP wants it. */
  async #live(first: Session): Promise<void> {
    let session: Session | null = first;
    while (!this.#stop.signal.aborted) {
      await this.#pause(this.#options.callEveryMs * (0.5 + this.#options.random()));
      if (this.#stop.signal.aborted) return;
      if (session === null || session.ended()) session = await this.#again(session);
      if (session !== null && !(await this.#call(session))) session = await this.#again(session);
    }
  }

  /** One call. A client that hears that its session is over, just as its stream is being renewed, asks again. */
  async #call(session: Session): Promise<boolean> {
    for (let looks = session.renews ? renewalLooks : 0; ; looks--) {
      const { ending, why } = await session.call();
      if (ending !== "over") {
        this.tally.request(ending, Date.now(), `a call in an open session on ${session.slot()}: ${why}`);
        return ending !== "lost";
      }
      if (looks === 0) return false;
      await sleep(renewalMs);
    }
  }

  async #again(session: Session | null): Promise<Session | null> {
    if (session !== null) {
      this.#open.delete(session);
      this.#renewed(session.slot());
      await session.close();
    }
    return this.#openOne();
  }

  #renewed(slot: string | null): void {
    this.tally.renewals.push({ at: Date.now(), slot: slot as Colour | null });
  }

  async #shortSessions(): Promise<void> {
    const { newSessionsPerSecond } = this.#options;
    if (newSessionsPerSecond === 0) return;
    while (!this.#stop.signal.aborted) {
      await this.#pause(1_000 / newSessionsPerSecond);
      if (!this.#stop.signal.aborted) this.#go(this.#short());
    }
  }

  async #short(): Promise<void> {
    const session = await this.#openOne();
    if (session === null) return;
    for (const ask of [session.list, session.call]) {
      const { ending, why } = await ask();
      if (ending !== "over")
        this.tally.request(ending, Date.now(), `in a new session on ${session.slot()}: ${why}`);
    }
    this.#open.delete(session);
    await session.close();
  }

  /** Requests that the weighted rule splits one by one: what they show is the share. */
  async #stateless(): Promise<void> {
    const { perSecond } = this.#options;
    const started = Date.now();
    let sent = 0;
    while (!this.#stop.signal.aborted) {
      const due = Math.floor(((Date.now() - started) / 1_000) * perSecond);
      // After a pause of this process the backlog is not made up for: that would be a burst no client makes.
      sent = Math.max(sent, due - perSecond);
      for (; sent < due; sent++) this.#go(this.#ask());
      await this.#pause(10);
    }
  }

  async #ask(): Promise<void> {
    const { url, healthPath } = this.#options;
    try {
      const { status, slot } = await this.#get(`${url}${healthPath}`);
      const lost = [502, 503, 504].includes(status);
      this.tally.request(lost ? "lost" : status === 200 ? "ok" : "hurt", Date.now(), `HTTP ${status}`);
      if (!lost) this.tally.seen.push({ at: Date.now(), slot });
    } catch (error) {
      this.tally.request("lost", Date.now(), `a request without a session: ${wholeCause(error)}`);
    }
  }

  #get(url: string): Promise<{ status: number; slot: Colour | null }> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest(url, { agent: this.#agent, timeout: 10_000 }, (response) => {
        response.resume();
        response.on("error", reject);
        response.on("end", () => {
          const named = response.headers[header.slot] as Colour | undefined;
          resolve({
            status: response.statusCode ?? 0,
            slot: named ?? this.#options.slotOf?.(response) ?? null,
          });
        });
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer within 10 s")));
      asked.on("error", reject);
      asked.end();
    });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
