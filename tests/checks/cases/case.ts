import { fits, parseFilterPattern } from "log-filter-pattern";
import type { CheckContext } from "../../../checks/core/check.ts";
import { ErrorLog } from "../../../checks/logs/error-log.ts";
import { Samples } from "../../../checks/logs/samples.ts";
import { SlotLog } from "../../../checks/logs/slot-log.ts";
import type { Sources } from "../../../checks/sources/index.ts";
import { type Colour, perColour } from "../../../domain/colour.ts";
import type { Outcome } from "../../../domain/outcome.ts";
import { contextWith, noon, sourcesWith } from "../fixtures/context.ts";

/** A context and the reason a check must give in it. */
export interface Case {
  in: CheckContext;
  why: RegExp;
}

/** What every check is shown: each must end as it says, for the reason stated. */
interface FourCases {
  passes: Case;
  fails: Case | { never: string };
  cannotTell: Case;
  /** Its source rejects, or holds what cannot be read: inconclusive, with the cause kept. */
  broken: Case;
}

export type Cases = Readonly<Record<string, FourCases>>;

/** What a broken source says. */
export const torn = "the line to the source is torn";
export const tornWords = /^could not be carried out: the line to the source is torn$/;
export const tear = async (): Promise<never> => {
  throw new Error(torn);
};

/** A context whose sources are those given; any other throws when asked. */
export function asking(sources: Partial<Sources>, over: Partial<CheckContext> = {}): CheckContext {
  return contextWith({ ...over, sources: sourcesWith(sources) });
}

interface Answers {
  count: number;
  /** How many are not answered well, spread evenly. */
  bad?: number;
  outcome?: Outcome;
  /** How many are slow, spread evenly; the others take 50 ms. */
  slow?: number;
  slowMs?: number;
}

/** An own probe's analysis in a slot, but for its answer. */
export const analysisOf = (slot: Colour) =>
  ({
    slot,
    method: "tools/call",
    tool: "hub__analyze_prompt",
    analysis: true,
    from: "probe",
    session: "probe-1",
    sessionAt: null,
    begun: null,
  }) as const;

/** A book with answers of the slots, ten a second, the last just before noon. */
export function answered(by: Partial<Record<Colour, Answers>>): Samples {
  const samples = new Samples();
  for (const slot of ["blue", "green"] as const) {
    const { count, bad = 0, outcome = "server-fault", slow = 0, slowMs = 2_500 } = by[slot] ?? { count: 0 };
    const every = (part: number, n: number) =>
      Math.floor((n * part) / count) > Math.floor(((n - 1) * part) / count);
    for (let n = 1; n <= count; n += 1)
      samples.add({
        ...analysisOf(slot),
        at: noon - (count - n + 1) * 10,
        outcome: every(bad, n) ? outcome : "ok",
        latencyMs: every(slow, n) ? slowMs : 50,
        ...(every(bad, n) ? { detail: "HTTP 500" } : {}),
      });
  }
  return samples;
}

/** A book that cannot be opened. */
export const tornBook = {
  of() {
    throw new Error(torn);
  },
  open() {
    throw new Error(torn);
  },
} as unknown as Samples;

/** A log source whose groups all hold these lines, a second apart, the last just before noon. */
export function logging(lines: readonly string[], everyMs = 1_000): Pick<Sources, "logs"> {
  const events = lines.map((text, at) => ({ at: noon - (lines.length - at) * everyMs, id: `${at}`, text }));
  return {
    logs: {
      lines: async ({ from, to, pattern }) =>
        events.filter(({ at, text }) => at >= from && at <= to && fitting(pattern, text)),
      write: tear,
    },
  };
}

/** Whether a line fits a pattern as the service decides it; rejects what is none, as the service does. */
function fitting(pattern: string | undefined, line: string): boolean {
  const parsed = parseFilterPattern(pattern ?? "");
  if ("problem" in parsed) throw new Error(`Invalid filter pattern: ${parsed.problem}`);
  return fits(parsed.pattern, line);
}

/** The slots' logs as a gate reads them: green's, and blue's where it has one. */
export function slotLogs(
  green: Pick<Sources, "logs">,
  blue: Pick<Sources, "logs"> | null = null,
): Pick<CheckContext, "logs" | "errors"> {
  const source = { green: green.logs, blue: blue?.logs ?? null };
  const from = noon - 60_000;
  return {
    logs: perColour((slot) => {
      const of = { group: `hub-${slot}`, slot, tool: "t", samples: new Samples(), from };
      return source[slot] && new SlotLog({ ...of, source: source[slot] });
    }),
    errors: perColour((slot) => {
      const of = { group: `hub-${slot}`, patterns: ["?ERROR ?error"], from };
      return source[slot] && new ErrorLog({ ...of, source: source[slot] });
    }),
  };
}
