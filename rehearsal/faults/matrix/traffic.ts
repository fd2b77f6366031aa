import { Random } from "local-aws/random";
import type { LogLine } from "../../../checks/sources/logs.ts";
import type { Colour } from "../../../domain/colour.ts";
import type { HubContract } from "../../../domain/hub.ts";
import { type Ending, answerMsOf } from "../../../domain/outcome.ts";
import type { OpenRequest } from "../../../domain/telemetry.ts";
import type { Fault, Transport } from "../cells.ts";
import { Agenda } from "./agenda.ts";
import {
  type Asking,
  type Client,
  type Seen,
  type Step,
  analysisTool,
  clientOf,
  otherTool,
  tools,
} from "./clients.ts";
import { type Effect, type Question, effectOf, goodEnding, taken } from "./effect.ts";
import { latencyMs, slowestMs } from "./latency.ts";
import { Slot } from "./slot.ts";

/** The colour without a fault in this model. */
export const live: Colour = "blue";
/** The colour whose release has the fault. */
export const candidate: Colour = "green";

/** Which users come to the model, and what they meet. */
export interface TrafficOptions {
  readonly fault: Fault;
  readonly transport: Transport;
  readonly seed: number;
  /** When the first user comes, milliseconds since the epoch. */
  readonly start: number;
  /** Users that come each second. */
  readonly usersPerSecond: number;
  readonly contract: HubContract;
}

/** Requests at the fault's place, and those that the fault hurt: by what was done to them, not by what anybody made of it. */
export interface Harm {
  asked: number;
  hurt: number;
}

/** One user's session, or a stateless client. */
interface User {
  readonly client: Client;
  readonly patienceMs: number;
  session: string;
  colour: Colour | null;
  at: number;
  begun: boolean;
  /** Of the process that it began in; another knows nothing of it. */
  life: number;
  /** The hub does not know it any more. */
  forgotten: boolean;
  /** Since when its event stream is open, milliseconds since the epoch; null: it has none. */
  streamSince: number | null;
}

/** A process that ran out of memory is replaced after so long, in milliseconds. */
const replacedAfterMs = 3_000;
/** How long a user waits for an answer, in milliseconds: the official clients a minute, some people less. */
const patience = { usual: 60_000, short: 5_000, shortShare: 0.2 } as const;
/** A stream over streamable HTTP that ends is opened again after so long, so often. */
const reopen = { afterMs: 1_000, times: 2 } as const;

/** Users of both slots, and what the sidecars' logs tell of them. Time moves by `advance` alone. */
export class Traffic {
  /** Percent of what comes that goes to the candidate. */
  weight = 0;
  readonly harm: Readonly<Record<Colour, Harm>> = {
    blue: { asked: 0, hurt: 0 },
    green: { asked: 0, hurt: 0 },
  };
  /** When users of the candidate got bad answers because of the fault, in no order. */
  readonly badAt: number[] = [];
  readonly #of: TrafficOptions;
  readonly #agenda: Agenda;
  readonly #slots: Readonly<Record<Colour, Slot>>;
  readonly #random: Random;
  readonly #dice: Random;
  #users = 0;
  /** Requests without a session. */
  #alone = 0;
  /** Counts the candidate's processes. */
  #life = 0;
  /** Requests at the fault's place in the candidate. */
  #met = 0;
  #downUntil = 0;

  constructor(of: TrafficOptions) {
    this.#of = of;
    const { contract, seed, start } = of;
    this.#agenda = new Agenda(start);
    this.#slots = {
      blue: new Slot({ colour: "blue", contract }),
      green: new Slot({ colour: "green", contract }),
    };
    this.#random = new Random(seed);
    this.#dice = this.#random.fork(1);
    this.#nextUser(start);
    this.#tick(start);
  }

  /** Whether the candidate's process is down. */
  get isDown(): boolean {
    return this.#agenda.now < this.#downUntil;
  }

  advance(to: number): void {
    this.#agenda.advance(to);
  }

  lines(colour: Colour, from: number, to: number, most: number): LogLine[] {
    return this.#slots[colour].lines(from, to, most);
  }

  /** The effect of the fault on a request to a colour; null: it is well. */
  struck(colour: Colour, asked: Asking): Effect | null {
    const { fault, transport } = this.#of;
    if (colour !== candidate || asked.place !== fault.where) return null;
    if (++this.#met <= (fault.after ?? 0) || !this.#dice.chance(fault.share)) return null;
    return effectOf(fault, transport, questionOf(asked));
  }

  /** What a list of a colour's names. */
  listed(colour: Colour): string[] {
    const { fault } = this.#of;
    if (colour !== candidate || fault.kind !== "tool-gone" || fault.where === "tools/list") return [...tools];
    const gone = fault.where === "analysis" ? analysisTool : otherTool;
    return this.#dice.chance(fault.share) ? tools.filter((tool) => tool !== gone) : [...tools];
  }

  /** The candidate's process ends, and with it everything in it. */
  dies(): void {
    this.#life += 1;
    this.#downUntil = this.#agenda.now + replacedAfterMs;
    this.#slots[candidate].dies(this.#agenda.now);
  }

  #nextUser(after: number): void {
    const gapMs = (-1_000 * Math.log(1 - this.#random.next())) / this.#of.usersPerSecond;
    this.#agenda.at(after + gapMs, () => {
      this.#comes();
      this.#nextUser(this.#agenda.now);
    });
  }

  #tick(after: number): void {
    this.#agenda.at(after + 1_000, () => {
      for (const slot of [this.#slots.blue, this.#slots.green]) slot.tick(this.#agenda.now);
      this.#tick(this.#agenda.now);
    });
  }

  #comes(): void {
    const random = this.#random.fork(++this.#users);
    const user: User = {
      client: clientOf(this.#of.transport, random, () => this.#begins(user)),
      patienceMs: random.chance(patience.shortShare) ? patience.short : patience.usual,
      session: "",
      colour: null,
      at: 0,
      begun: false,
      life: 0,
      forgotten: false,
      streamSince: null,
    };
    this.#goOn(user, user.client.next());
  }

  /** A new session, which the weighted rule gives to a colour. */
  #begins(user: User): void {
    user.session = `s${this.#users}-${Math.floor(this.#agenda.now)}`;
    user.colour = this.#of.transport === "stateless" ? null : this.#colour();
    user.at = this.#agenda.now;
    user.begun = false;
    user.life = this.#life;
    user.forgotten = false;
    user.streamSince = null;
  }

  #colour(): Colour {
    return this.#random.chance(this.weight / 100) ? candidate : live;
  }

  #goOn(user: User, { value: step, done }: IteratorResult<Step, void>): void {
    if (done === true) return this.#leaves(user);
    if ("pauseMs" in step)
      return this.#agenda.at(this.#agenda.now + step.pauseMs, () => this.#goOn(user, user.client.next(well)));
    if ("missing" in step) {
      // Only the candidate's list ever lacks one, whichever colour the call would have gone to.
      this.#count(candidate, step.missing, true);
      return this.#goOn(user, user.client.next(well));
    }
    this.#asks(user, step);
  }

  #asks(user: User, asked: Asking): void {
    const colour = user.colour ?? this.#colour();
    const effect = this.struck(colour, asked);
    this.#count(colour, asked.place, effect?.hurts ?? false);
    if (colour === candidate && this.isDown) return this.#turnedAway(user);
    const { now } = this.#agenda;
    const isOfSession = user.colour !== null;
    const known = this.#slots[colour].begins({
      ...(isOfSession ? ofSession(user) : { session: `r${++this.#alone}`, sessionAt: null, begun: null }),
      method: asked.method,
      tool: asked.tool,
      since: now,
    });
    if (asked.method === "initialize") user.begun = true;
    if (colour === candidate && isOfSession && user.life !== this.#life)
      return this.#unknown(user, known, false);
    if (user.forgotten) return this.#unknown(user, known, true);
    if (effect?.endsToo === "process") return this.#kills(user);
    this.#answers(user, asked, known, { colour, effect });
  }

  /** The balancer itself answers 503 while the candidate has no process: no sidecar sees that. */
  #turnedAway(user: User): void {
    this.badAt.push(this.#agenda.now);
    this.#agenda.at(this.#agenda.now + 5, () => this.#goOn(user, user.client.next(lost)));
  }

  #unknown(user: User, known: OpenRequest, sessionOpen: boolean): void {
    this.#agenda.at(this.#agenda.now + 3, () => {
      this.badAt.push(this.#agenda.now);
      this.#slots[candidate].ends(known, { kind: "status", status: 404, sessionOpen }, this.#agenda.now);
      this.#goOn(user, user.client.next(lost));
    });
  }

  #kills(user: User): void {
    this.badAt.push(this.#agenda.now);
    this.dies();
    this.#goOn(user, user.client.next(lost));
  }

  #answers(
    user: User,
    asked: Asking,
    known: OpenRequest,
    { colour, effect }: { readonly colour: Colour; readonly effect: Effect | null },
  ): void {
    const { now } = this.#agenda;
    const question = questionOf(asked);
    const ending = effect === null ? goodEnding(question) : effect.ending;
    const takesMs = latencyMs(asked, this.#random) + (effect?.laterMs ?? 0);
    const overdueMs = answerMsOf(this.#of.contract, asked);
    const mostMs = Math.min(user.patienceMs, overdueMs);
    const endsMs = ending === null ? mostMs : Math.min(takesMs, mostMs);
    const life = this.#life;
    if (effect?.hurts === true && (ending === null || effect.laterMs > 0))
      this.#agenda.at(now + Math.min(endsMs, slowestMs(asked)), () => this.badAt.push(this.#agenda.now));
    this.#agenda.at(now + endsMs, () => {
      if (colour === candidate && life !== this.#life) return this.#lostWith(user);
      const timely = ending !== null && takesMs <= mostMs;
      const given: Ending = timely
        ? ending
        : mostMs < overdueMs
          ? { kind: "withdrawn" }
          : { kind: "overdue" };
      this.#slots[colour].ends(known, given, this.#agenda.now);
      const hurt = effect?.hurts === true;
      if (hurt && ending !== null && effect.laterMs === 0) this.badAt.push(this.#agenda.now);
      this.#hears(user, asked, {
        colour,
        effect,
        good: timely && (!hurt || effect.laterMs > 0 || asked.method === "tools/list"),
      });
    });
  }

  #lostWith(user: User): void {
    this.badAt.push(this.#agenda.now);
    this.#goOn(user, user.client.next(lost));
  }

  #hears(
    user: User,
    asked: Asking,
    {
      colour,
      effect,
      good,
    }: { readonly colour: Colour; readonly effect: Effect | null; readonly good: boolean },
  ): void {
    if (asked.method === "stream/open") this.#opened(user, { colour, effect, good, times: reopen.times });
    if (effect?.endsToo === "session") this.#breaks(user);
    if (asked.method === "session/delete") user.forgotten = false;
    const isLost =
      effect?.endsToo === "session" || (effect?.streamEnd != null && this.#of.transport === "sse");
    const listed = asked.method !== "tools/list" || !good ? null : this.#listOf(colour, effect);
    this.#goOn(user, user.client.next({ good, lost: isLost, listed }));
  }

  #listOf(colour: Colour, effect: Effect | null): readonly string[] | null {
    if (effect === null || effect.laterMs > 0 || !effect.hurts) return this.listed(colour);
    return this.#of.fault.kind === "tool-gone" ? [] : null;
  }

  /** A session that the fault ended: over HTTP+SSE with its stream, over streamable HTTP by being forgotten. */
  #breaks(user: User): void {
    if (this.#of.fault.kind === "truncated-stream")
      this.#streamEnds(user, { kind: "no-answer", what: "stream cut off" });
    else user.forgotten = true;
  }

  /** The stream is open; its end is a request of its own in the log. */
  #opened(
    user: User,
    of: {
      readonly colour: Colour;
      readonly effect: Effect | null;
      readonly good: boolean;
      readonly times: number;
    },
  ): void {
    const { colour, effect, good, times } = of;
    const streamEnd = effect?.streamEnd ?? null;
    if (!good && streamEnd === null) return;
    user.streamSince = this.#agenda.now;
    if (streamEnd === null) return;
    this.#streamEnds(user, streamEnd);
    if (this.#of.transport === "streamable" && times > 0) this.#reopens(user, colour, times - 1);
  }

  #reopens(user: User, colour: Colour, times: number): void {
    this.#agenda.at(this.#agenda.now + reopen.afterMs, () => {
      if (user.forgotten || user.streamSince !== null) return;
      const asked: Asking = { method: "stream/open", tool: null, place: "stream" };
      const effect = this.struck(colour, asked);
      this.#count(colour, "stream", effect?.hurts ?? false);
      const { now: since } = this.#agenda;
      const known = { ...ofSession(user), method: "stream/open", tool: null, since };
      this.#slots[colour].tells(known, taken, since);
      if (effect?.hurts === true) this.badAt.push(since);
      this.#opened(user, { colour, effect, good: effect === null, times });
    });
  }

  #leaves(user: User): void {
    this.#streamEnds(user, taken);
  }

  #streamEnds(user: User, ending: Ending): void {
    const { streamSince: since, colour } = user;
    if (since === null || colour === null) return;
    user.streamSince = null;
    const known = { ...ofSession(user), method: "stream/end", tool: null, since };
    this.#slots[colour].tells(known, ending, this.#agenda.now);
  }

  #count(colour: Colour, place: Asking["place"], hurt: boolean): void {
    if (place !== this.#of.fault.where) return;
    this.harm[colour].asked += 1;
    if (hurt) this.harm[colour].hurt += 1;
  }
}

const ofSession = ({ session, at, begun }: User) => ({ session, sessionAt: at, begun });

const well: Seen = { good: true, lost: false, listed: null };
const lost: Seen = { good: false, lost: true, listed: null };

/** What a request asks, as far as the answer to it depends on that. */
export const questionOf = ({ method, tool }: Pick<Asking, "method" | "tool">): Question => ({
  method,
  tool,
  analysis: tool === analysisTool,
});
