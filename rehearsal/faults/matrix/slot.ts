import type { LogLine } from "../../../checks/sources/logs.ts";
import type { Colour } from "../../../domain/colour.ts";
import type { HubContract } from "../../../domain/hub.ts";
import { type Ending, outcomeOf } from "../../../domain/outcome.ts";
import {
  type AccessLine,
  type OpenLine,
  type OpenRequest,
  accessSchema,
  mostOpenListed,
  openAfterMs,
} from "../../../domain/telemetry.ts";

/** Which slot of the model this is, and what makes an answer of its hub good. */
export interface SlotOptions {
  readonly colour: Colour;
  readonly contract: HubContract;
}

/** The sidecar of a slot's one task, as far as its log tells: access lines, and a line of open requests each second. */
export class Slot {
  readonly #of: SlotOptions;
  readonly #lines: LogLine[] = [];
  readonly #waiting = new Map<number, OpenRequest>();
  #task: string;
  #tasks = 1;
  #requests = 0;
  #toldOpen = false;

  constructor(of: SlotOptions) {
    this.#of = of;
    this.#task = `${of.colour}-1`;
  }

  begins(known: Omit<OpenRequest, "request">): OpenRequest {
    const request: OpenRequest = { ...known, request: ++this.#requests };
    this.#waiting.set(request.request, request);
    return request;
  }

  /** It ends now, unless it has. */
  ends(known: OpenRequest, ending: Ending, now: number): void {
    if (!this.#waiting.delete(known.request)) return;
    const { colour, contract } = this.#of;
    const durationMs = now - known.since;
    const { outcome, cause } = outcomeOf(contract, known, ending, durationMs);
    const { request, session, sessionAt, begun, method, tool } = known;
    const line: AccessLine = {
      type: "access",
      schema: accessSchema,
      timestamp: new Date(now).toISOString(),
      slot: colour,
      task: this.#task,
      release: releaseOf[colour],
      session,
      sessionAt,
      begun,
      request,
      id: request,
      method,
      tool,
      outcome,
      cause,
      durationMs,
      status: ending.kind === "answer" || ending.kind === "status" ? ending.status : null,
      synthetic: false,
    };
    this.#write(now, line);
  }

  /** Something that is told of only once it is over, such as a stream's end. */
  tells(known: Omit<OpenRequest, "request">, ending: Ending, now: number): void {
    this.ends(this.begins(known), ending, now);
  }

  /** Once a second: what waits. */
  tick(now: number): void {
    const waiting = [...this.#waiting.values()].filter(({ since }) => now - since >= openAfterMs);
    if (waiting.length === 0 && !this.#toldOpen) return;
    this.#toldOpen = waiting.length > 0;
    const { colour } = this.#of;
    const line: OpenLine = {
      type: "open",
      schema: accessSchema,
      timestamp: new Date(now).toISOString(),
      slot: colour,
      task: this.#task,
      release: releaseOf[colour],
      requests: waiting.slice(0, mostOpenListed),
      more: Math.max(0, waiting.length - mostOpenListed),
    };
    this.#write(now, line);
  }

  /** The task ends, and all that waits in it; another takes its place. */
  dies(now: number): void {
    for (const known of this.#waiting.values())
      this.ends(known, { kind: "no-answer", what: "connection reset" }, now);
    this.tick(now);
    this.#task = `${this.#of.colour}-${++this.#tasks}`;
  }

  /** Lines from a moment to another, both included, oldest first. */
  lines(from: number, to: number, most: number): LogLine[] {
    const first = this.#placeOf(from);
    const found: LogLine[] = [];
    for (let at = first; at < this.#lines.length && found.length < most; at += 1) {
      const line = this.#lines[at] as LogLine;
      if (line.at > to) break;
      found.push(line);
    }
    return found;
  }

  #placeOf(from: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as LogLine).at < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #write(at: number, line: AccessLine | OpenLine): void {
    this.#lines.push({ at, id: `${this.#of.colour} ${this.#lines.length}`, text: JSON.stringify(line) });
  }
}

/** Names of the two releases in this model. */
export const releaseOf: Readonly<Record<Colour, string>> = { blue: "b10eb10eb10e", green: "94ee94ee94ee" };
