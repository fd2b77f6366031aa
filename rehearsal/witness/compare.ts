import type { AccessLine } from "../../domain/telemetry.ts";
import { shortened } from "../../domain/wrapped.ts";
import type { Sight, Verdict } from "./sight.ts";

type Outcome = AccessLine["outcome"];

/**
 * Which outcomes of a line tell of the same as a user's verdict. `silence`: whether there may be no line at all, because the
 * request never got as far as a hub.
 */
const means: Readonly<Record<Verdict, { readonly outcomes: readonly Outcome[]; readonly silence: boolean }>> =
  {
    well: { outcomes: ["ok"], silence: false },
    fault: { outcomes: ["server-fault"], silence: false },
    llm: { outcomes: ["llm-failure"], silence: false },
    tool: { outcomes: ["tool-error"], silence: false },
    // A list that came is well as a request; that it is short is what the check of the listed tools is for.
    short: { outcomes: ["ok"], silence: false },
    mistake: { outcomes: ["client-fault"], silence: false },
    // Whoever gives up early withdraws; whoever waited as long as an answer may take met a fault.
    "gave-up": { outcomes: ["withdrawn", "server-fault"], silence: false },
    cut: { outcomes: ["drained"], silence: false },
    refused: { outcomes: ["refused"], silence: true },
    // The hub's doing, the client's mistake, or a session that the sidecar has ended, of which it writes nothing.
    forgotten: { outcomes: ["server-fault", "client-fault", "refused", "drained"], silence: true },
    // Nobody knows whether it arrived.
    lost: { outcomes: ["server-fault", "withdrawn", "drained", "refused"], silence: true },
  };

/** Verdicts of a user that somebody must have counted. */
const counted: readonly Verdict[] = ["fault", "llm", "tool", "mistake", "gave-up", "cut"];

/** A line that tells of a request without an id may be written so long before or after its user heard, in milliseconds. */
const slackMs = 3_000;

/** A comparison of what users saw with what the sidecars' lines say. */
export interface Comparison {
  /** Requests with a verdict that reached a task, or should have. */
  readonly compared: number;
  /** Those of which users and lines say something else; the first twenty in words. */
  readonly apart: number;
  readonly examples: readonly string[];
  /** Requests that never got to a hub, and of which no line tells: turned away, or lost on the way. */
  readonly neverArrived: number;
  /** Requests without a line whose task was killed. */
  readonly taskGone: number;
  /** Requests that went well, and of which a busy task has no line: it only counted them. */
  readonly onlyCounted: number;
  /** Requests whose client left before their end. */
  readonly inFlight: number;
  /** What users saw, and no line tells of. */
  readonly unseen: readonly Verdict[];
}

/**
 * Holds what users saw against what the sidecars wrote down, request by request: by id, or by slot, method and time where there
 * is none.
 * @param killed whether a task was killed, and its last lines with it
 * @param counts how many good requests of all tasks were only counted: so many may have no line, and no more
 */
export function compare(
  sights: readonly Sight[],
  lines: readonly AccessLine[],
  killed: (task: string) => boolean,
  counts = 0,
): Comparison {
  const book = new Book(lines);
  const examples: string[] = [];
  const told = new Set<Verdict>();
  const count = { compared: 0, apart: 0, neverArrived: 0, taskGone: 0, onlyCounted: 0, inFlight: 0 };
  for (const sight of sights) {
    const { verdict } = sight;
    if (verdict === null) {
      count.inFlight++;
      continue;
    }
    const found = book.of(sight, verdict);
    if (found.some((line) => agrees(sight, line))) told.add(verdict);
    else if (found.length === 0 && means[verdict].silence) {
      count.neverArrived++;
      continue;
    } else if (found.length === 0 && sight.task !== null && killed(sight.task)) {
      count.taskGone++;
      continue;
    } else if (found.length === 0 && means[verdict].outcomes[0] === "ok" && count.onlyCounted < counts) {
      count.onlyCounted++;
      continue;
    } else {
      count.apart++;
      if (examples.length < 20) examples.push(apartWords(sight, found));
    }
    count.compared++;
  }
  const seen = new Set(sights.map(({ verdict }) => verdict));
  return { ...count, examples, unseen: counted.filter((one) => seen.has(one) && !told.has(one)) };
}

function agrees({ verdict, slot, task }: Sight, line: AccessLine): boolean {
  // Who answered is known of an answer only.
  const elsewhere = task !== null && slot !== line.slot;
  return verdict !== null && !elsewhere && tells(verdict, line);
}

/**
 * Whether a line tells of what a user saw. A stream that ended with nothing in it is a fault to a client of HTTP+SSE, which learns
 * from it where to ask; the sidecar knows of no stream what it is for, and books it to what is compared with live.
 */
function tells(verdict: Verdict, { method, outcome }: AccessLine): boolean {
  if (method === "stream/end" && verdict === "fault" && outcome === "tool-error") return true;
  return means[verdict].outcomes.includes(outcome);
}

/** The lines, to be found by what a user knows of a request. */
class Book {
  readonly #byId = new Map<string, AccessLine[]>();
  /** Of requests without an id, by slot and method; each is taken once. */
  readonly #nameless = new Map<string, AccessLine[]>();

  constructor(lines: readonly AccessLine[]) {
    for (const line of lines) {
      if (line.synthetic) continue;
      if (line.id === null) append(this.#nameless, `${line.slot} ${line.method}`, line);
      else append(this.#byId, String(line.id), line);
    }
  }

  of(sight: Sight, verdict: Verdict): readonly AccessLine[] {
    if (sight.id !== null) return this.#byId.get(sight.id) ?? [];
    const taken = this.#take(sight, sight.method, verdict);
    // A stream that opened well may tell its user nothing before it ends: its end has a line of its own.
    const isOpen = sight.method === "stream/open" && taken !== null && !tells(verdict, taken);
    const end = isOpen ? this.#take(sight, "stream/end", verdict) : null;
    return [taken, end].filter((line) => line !== null);
  }

  #take(sight: Sight, method: string, verdict: Verdict): AccessLine | null {
    const lines = this.#nameless.get(`${sight.slot} ${method}`) ?? [];
    const near = lines.filter((line) => isNear(sight, Date.parse(line.timestamp) - line.durationMs));
    const taken = near.find((line) => tells(verdict, line)) ?? near[0];
    if (taken === undefined) return null;
    lines.splice(lines.indexOf(taken), 1);
    return taken;
  }
}

function isNear({ sentAt, answeredAt }: Sight, cameAt: number): boolean {
  return cameAt >= sentAt - slackMs && cameAt <= (answeredAt ?? sentAt) + slackMs;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** A request in words, with what its user saw of it; at most 80 characters of why. */
export function describe({ id, era, method, tool, slot, verdict, why }: Sight): string {
  const what = `${id ?? "no id"} ${era} ${method}${tool === null ? "" : ` ${tool}`} on ${slot}`;
  return `${what}: a user saw ${verdict}${why === "" ? "" : ` (${shortened(why, 80)})`}`;
}

function apartWords(sight: Sight, found: readonly AccessLine[]): string {
  const lines = found.map((line) => `${line.outcome} (${line.cause}) on ${line.slot}`).join(", ");
  return `${describe(sight)}, ${lines === "" ? "no line tells of it" : `a line says ${lines}`}`;
}
