import { type LineBudget, lineBudget } from "../../domain/line-budget.ts";
import {
  type AccessLine,
  type CountsLine,
  type OpenLine,
  type OpenRequest,
  accessSchema,
  mostOpenListed,
} from "../../domain/telemetry.ts";
import { isChosen } from "./chosen.ts";
import type { WriteLine } from "./line-buffer.ts";
import type { Ended, StillOpen } from "./observer.ts";
import { QuotedNames, asciiJson, quoted } from "./quoted.ts";
import { type Telling, Thinning } from "./thinning.ts";
import type { Id, Waiting } from "./waiting.ts";

/** The owner of the lines: stands in each of them. */
export interface Whose {
  readonly slot: string;
  readonly task: string;
  readonly release: string;
}

/** Most characters of an id: it is the client's. */
const longestId = 64;

/** What a task's log needs besides. */
export interface AccessLogOptions {
  /** Whose calls are analyses. */
  readonly tool: string;
  /** How many lines it may write; left out: every task's. */
  readonly budget?: LineBudget;
}

/**
 * The task's log of requests: a line for each that ended, or, where those would be too many, lines of some and counts of the others;
 * and lines of those that are open.
 */
export class AccessLog {
  readonly #write: WriteLine;
  readonly #now: () => number;
  readonly #whose: Whose;
  /** What all access lines begin with. */
  readonly #beginning: string;
  readonly #names = new QuotedNames();
  readonly #budget: LineBudget;
  readonly #thinning: Thinning;
  /** The second of the last line, and how its time begins: many lines are of the same one. */
  #second = NaN;
  #secondsWritten = "";
  /** The task's last line of open requests named some. */
  #toldOfOpen = false;

  /**
   * @param write takes a line of JSON
   * @param now in milliseconds since 1970
   */
  constructor(
    write: WriteLine,
    now: () => number,
    whose: Whose,
    { tool, budget = lineBudget }: AccessLogOptions,
  ) {
    this.#budget = budget;
    this.#thinning = new Thinning(budget, tool, Math.floor(now()));
    this.#write = write;
    this.#now = now;
    this.#whose = whose;
    const same = { type: "access", schema: accessSchema, ...whose } satisfies Partial<AccessLine>;
    this.#beginning = `${asciiJson(same).slice(0, -1)},`;
  }

  /** Of how many sessions one has lines for all requests that come now. */
  get every(): number {
    return this.#thinning.every;
  }

  /** Most requests that a line of open ones may name now. */
  get mostOpen(): number {
    return this.#thinning.every === 1 ? mostOpenListed : this.#budget.open;
  }

  /** A second is over: tells of what ended in it and has no line. Call it once more before the process ends. */
  second(): void {
    const now = this.#now();
    const second = this.#thinning.next(now);
    if (second === null) return;
    const line: CountsLine = {
      type: "counts",
      schema: accessSchema,
      timestamp: this.#timeOf(now),
      ...this.#whose,
      ...second,
    };
    this.#write(JSON.stringify(line));
  }

  /** A request has ended. Own probes have their lines, however many others there are. */
  readonly ended = (ended: Ended): void => {
    const { waiting, outcome, durationMs } = ended;
    if (waiting.synthetic || (waiting.every === 1 && this.#thinning.isWhole())) return this.#line(ended, "");
    const chosen = waiting.every === 1 || isChosen(this.#nameOf(waiting), waiting.every);
    const { method, tool } = waiting;
    const telling = this.#thinning.tell({ method, tool, outcome, durationMs }, chosen);
    if (telling !== "counted") this.#line(ended, marksOf(telling));
  };

  /**
   * One line for a request: put together by hand, from what is the same in all of them and what is not, it costs a third of
   * what JSON.stringify asks for all of it.
   */
  #line({ waiting, outcome, cause, durationMs, status }: Ended, marks: string): void {
    const { id, method, request, session, since, synthetic, tool } = waiting;
    const names = this.#names;
    const name = session === null ? quoted(this.#nameOf(waiting)) : session.quotedName;
    this.#write(
      `${this.#beginning}"timestamp":"${this.#timeOf(since + durationMs)}","session":${name},` +
        `"sessionAt":${session?.at ?? null},"begun":${session?.begun ?? null},"request":${request},` +
        `"id":${quotedId(id)},"method":${names.of(method)},"tool":${tool === null ? null : names.of(tool)},` +
        `"outcome":"${outcome}","cause":${names.of(cause)},"durationMs":${durationMs},"status":${status},` +
        `"synthetic":${synthetic}${marks}}`,
      true,
    );
  }

  /** Writes a line while there are any, and one more when there are none any longer. */
  open({ requests, more }: StillOpen): void {
    if (requests.length === 0 && !this.#toldOfOpen) return;
    this.#toldOfOpen = requests.length > 0;
    const line: OpenLine = {
      type: "open",
      schema: accessSchema,
      timestamp: this.#timeOf(this.#now()),
      ...this.#whose,
      requests: requests.map((waiting) => this.#openOf(waiting)),
      more,
    };
    this.#write(JSON.stringify(line));
  }

  #openOf(waiting: Waiting): OpenRequest {
    const { request, session, method, tool, since } = waiting;
    return {
      request,
      session: this.#nameOf(waiting),
      sessionAt: session?.at ?? null,
      begun: session?.begun ?? null,
      method,
      tool,
      since,
      ...(isChosen(this.#nameOf(waiting), waiting.every) ? {} : { chosen: false }),
    };
  }

  /** A request without a session gets a name that no other has, in this task or another one. */
  #nameOf({ session, request }: Waiting): string {
    return session?.name ?? `${this.#whose.task}/${request}`;
  }

  #timeOf(ms: number): string {
    const second = Math.floor(ms / 1_000);
    if (second !== this.#second) this.#secondsWritten = new Date(second * 1_000).toISOString().slice(0, -4);
    this.#second = second;
    return this.#secondsWritten + (milliseconds[Math.floor(ms) - second * 1_000] as string);
  }
}

/** How a time in ISO 8601 ends, by milliseconds. */
const milliseconds = Array.from({ length: 1_000 }, (_, ms) => `${String(ms).padStart(3, "0")}Z`);

const marksOf = ({ counts, after, chosen }: Exclude<Telling, "counted">): string =>
  (counts === undefined ? "" : `,"counts":${counts},"after":[${String(after)}]`) +
  (chosen === undefined ? "" : ',"chosen":false');

const quotedId = (id: Id | null): string =>
  typeof id === "string" ? quoted(id.slice(0, longestId)) : JSON.stringify(id);
