import { setTimeout as sleep } from "node:timers/promises";
import type { Colour } from "../../domain/colour.ts";
import type { Sight } from "../witness/sight.ts";
import { type Asked, Witness } from "../witness/witness.ts";
import { type Ask, pick } from "./asks.ts";
import { type Session, type SessionOptions, openSession } from "./session.ts";
import { type StatelessClient, meetStateless } from "./stateless.ts";
import { Tally, endingOf } from "./tally.ts";

/** What clients do during a scenario, and how many of them. */
export interface LoadOptions {
  readonly session: Pick<SessionOptions, "url" | "transport">;
  /** Transports that sessions are opened over, in turn; without them the session's own. */
  readonly transports?: readonly SessionOptions["transport"][];
  /** What clients ask for. */
  readonly asks: readonly Ask[];
  /** How long a client waits for an answer, in milliseconds. */
  readonly patienceMs: number;
  /** Sessions that stay open throughout. */
  readonly sessions: number;
  /**
   * Requests a second that the weighted rule splits one by one. A hub without the stateless era gets as many as that costs in
   * sessions that are opened and closed.
   */
  readonly perSecond: number;
  /** Milliseconds between two asks of one long session. */
  readonly callEveryMs: number;
  /** Short sessions opened, a second: each lists, asks and closes. */
  readonly newSessionsPerSecond: number;
  /** What each of them asks for after its list. */
  readonly asksPerShortSession: number;
  /** Whether there are clients without a session; unset: where the hub speaks their revision. */
  readonly stateless?: boolean;
  readonly random: () => number;
  /** Its own: it is part of every request's id. */
  readonly name: string;
}

/** A stream that ended is opened again within so many times this time, in milliseconds, by a client with little processor. */
const renewalMs = 500;
const renewalLooks = 6;

/** Clients of the stateless era at a time, and what each asks for before another takes its place. */
const statelessClients = 8;
const statelessAsks = 60;
/** Requests that wait at a time for each that is sent a second: a machine that is busy is not buried under more. */
const mostWaiting = 4;
/** Requests that opening a session and ending it costs: over streamable HTTP, and over SSE, whose streams cost more. */
const openingCost = { "streamable-http": 4, sse: 8 } as const;

/** A client without a session: how many requests it has left to send, and how many wait for their answers. */
interface Visitor {
  readonly client: StatelessClient;
  left: number;
  waiting: number;
}

/** Many clients at once, as real ones would be: long sessions, short ones, and clients without a session. */
export class Load {
  readonly tally = new Tally();
  readonly witness: Witness;
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #open = new Set<Session>();
  readonly #stateless: Visitor[] = [];
  /** Whether the hub speaks the era without sessions. */
  #modern = false;
  /** Sessions that were asked for. */
  #asked = 0;
  #words = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.witness = new Witness(options.name);
  }

  /** Opens the long sessions and starts everything. Resolves when they are open. */
  async start(): Promise<void> {
    const { sessions } = this.#options;
    for (let opened = 0; opened < sessions; opened += 10)
      await Promise.all(Array.from({ length: Math.min(10, sessions - opened) }, () => this.#openLong()));
    this.#modern = this.#options.stateless !== false && (await this.#meet());
    this.#go(this.#independent());
    this.#go(this.#shortSessions());
  }

  /** Lets what is under way end, then closes every session. */
  async stop(): Promise<Tally> {
    this.#stop.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
    const visitors = this.#stateless.map(({ client }) => client);
    await Promise.all([...this.#open, ...visitors].map((client) => client.close()));
    return this.tally;
  }

  get openSessions(): number {
    return this.#open.size;
  }

  /** Whether the requests that show the share are the stateless era's; else they are openings of sessions. */
  get stateless(): boolean {
    return this.#modern;
  }

  /** Slot that answered each open session last. */
  slots(): (string | null)[] {
    return [...this.#open].map((session) => session.slot());
  }

  /** Tasks that each open session was answered by, of those that live in one. */
  tasksPerSession(): number[] {
    return [...this.#open].flatMap(({ pinned, tasks }) => (pinned ? [tasks.size] : []));
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
    const { patienceMs } = this.#options;
    const { session, asked } = await openSession({
      ...this.#options.session,
      transport: this.#nextTransport(),
      patienceMs,
      witness: this.witness,
      onRenewal: (slot) => this.#renewed(slot),
    });
    this.#counts(asked, "opening a session");
    this.#sees(asked.sights[0]);
    if (session === null) return null;
    this.tally.counts.sessions.opened++;
    this.#open.add(session);
    return session;
  }

  #nextTransport(): SessionOptions["transport"] {
    const { transports, session } = this.#options;
    return transports?.[this.#asked++ % transports.length] ?? session.transport;
  }

  /** A long session: it asks now and then, until the end. One that is over is opened again, as MCP wants it. */
  async #live(first: Session): Promise<void> {
    let session: Session | null = first;
    while (!this.#stop.signal.aborted) {
      await this.#pause(this.#options.callEveryMs * (0.5 + this.#options.random()));
      if (this.#stop.signal.aborted) return;
      if (session === null || session.ended()) session = await this.#again(session);
      if (session !== null && !(await this.#ask(session))) session = await this.#again(session);
    }
  }

  /** One ask. A client that hears that its session is over, just as its stream is being renewed, asks again. */
  async #ask(session: Session): Promise<boolean> {
    const { asks, random } = this.#options;
    for (let looks = session.renews ? renewalLooks : 0; ; looks--) {
      const asked = await session.ask(pick(asks, random), this.#word());
      if (asked.verdict !== "forgotten") {
        this.#counts(asked, `in an open session on ${session.slot()}`, session);
        return endingOf[asked.verdict] !== "lost";
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
    const { asks, asksPerShortSession, random } = this.#options;
    const list = asks.filter(({ method }) => method === "tools/list");
    const further = Array.from({ length: asksPerShortSession }, () => pick(asks, random));
    for (const what of [...list, ...further]) {
      if (this.#stop.signal.aborted) break;
      const asked = await session.ask(what, this.#word());
      if (asked.verdict !== "forgotten")
        this.#counts(asked, `in a new session on ${session.slot()}`, session);
    }
    await this.#leave(session);
  }

  async #leave(session: Session): Promise<void> {
    this.#open.delete(session);
    await session.close();
  }

  /** What the weighted rule splits one by one: what it shows is the share. */
  async #independent(): Promise<void> {
    const { perSecond, session } = this.#options;
    if (this.#modern) return this.#paced(perSecond, () => this.#askStateless());
    return this.#paced(perSecond / openingCost[session.transport], async () => {
      const opened = await this.#openOne();
      if (opened !== null) await this.#leave(opened);
    });
  }

  async #paced(perSecond: number, one: () => Promise<void>): Promise<void> {
    if (perSecond === 0) return;
    const started = Date.now();
    let sent = 0;
    const waiting = new Set<Promise<void>>();
    while (!this.#stop.signal.aborted) {
      const due = Math.floor(((Date.now() - started) / 1_000) * perSecond);
      // After a pause of this process the backlog is not made up for: that would be a burst no client makes.
      sent = Math.max(sent, due - Math.ceil(perSecond));
      const next = Math.min(due - sent, Math.ceil(perSecond * mostWaiting) - waiting.size);
      for (let n = 0; n < next; n++) {
        const work = one().finally(() => waiting.delete(work));
        waiting.add(work);
        this.#go(work);
      }
      sent += Math.max(0, next);
      await this.#pause(10);
    }
  }

  /** A client that does not get to know its server asks nothing: somebody else comes. */
  async #askStateless(): Promise<void> {
    if (this.#stateless.length < statelessClients) {
      await this.#meet();
      return;
    }
    const { asks, random } = this.#options;
    const visitor = this.#stateless[Math.floor(random() * this.#stateless.length)] as Visitor;
    if (--visitor.left === 0) this.#stateless.splice(this.#stateless.indexOf(visitor), 1);
    visitor.waiting++;
    const asked = await visitor.client.ask(pick(asks, random), this.#word());
    visitor.waiting--;
    this.#counts(asked, "without a session");
    this.#sees(asked.sights[0]);
    if (visitor.left === 0 && visitor.waiting === 0) await visitor.client.close();
  }

  async #meet(): Promise<boolean> {
    const { session, patienceMs } = this.#options;
    const { client, asked } = await meetStateless({ url: session.url, patienceMs, witness: this.witness });
    // Before anything is known of the hub, "no" is as good an answer as any.
    if (client === null && !this.#modern) return false;
    this.#counts(asked, "meeting the server");
    this.#sees(asked.sights[0]);
    if (client !== null) this.#stateless.push({ client, left: statelessAsks, waiting: 0 });
    return client !== null;
  }

  #counts({ verdict, why }: Asked, where: string, session?: Session): void {
    // What has no session cannot have been told that it is over.
    this.tally.request(endingOf[verdict] ?? "hurt", Date.now(), `${where}: ${verdict}, ${why}`, session);
  }

  #sees(sight: Sight | undefined): void {
    if (sight === undefined || sight.answeredAt === null || sight.task === null) return;
    const { traceId, sentAt, slot } = sight;
    this.tally.seen.push({ traceId, sentAt, slot: slot as Colour | null });
  }

  #word(): string {
    return `word${++this.#words}`;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
