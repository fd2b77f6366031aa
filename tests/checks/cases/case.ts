import type { CheckContext } from "../../../checks/check.ts";
import type { Colour } from "../../../rollout/policy/colour.ts";
import { Samples } from "../../../checks/samples.ts";
import type { Outcome } from "../../../domain/outcome.ts";
import { SlotLog } from "../../../checks/slot-log.ts";
import type { Sources } from "../../../checks/sources/index.ts";
import { contextWith, noon, sourcesWith } from "../fixtures/context.ts";

/** A context and the reason a check must give in it. */
export interface Case {
  in: CheckContext;
  why: RegExp;
}

/** What every check is shown: each must end as it says, for the reason stated. */
export interface FourCases {
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

/** A log source whose group holds these lines, a second apart, the last just before noon. */
export function logging(lines: readonly string[], everyMs = 1_000): Pick<Sources, "logs"> {
  const events = lines.map((text, at) => ({ at: noon - (lines.length - at) * everyMs, id: `${at}`, text }));
  return {
    logs: {
      lines: async ({ from, to }) => events.filter(({ at }) => at >= from && at <= to),
      write: tear,
    },
  };
}

/** The green slot's log as a gate reads it. */
export function greenLog({ logs }: Pick<Sources, "logs">): CheckContext["logs"] {
  const of = {
    source: logs,
    group: "hub-green",
    slot: "green",
    tool: "t",
    errorPatterns: ["error"],
  } as const;
  return { blue: null, green: new SlotLog({ ...of, samples: new Samples(), from: noon - 60_000 }) };
}

/** A metric source: the sum or percentile of each, by `Name` or `Name:statistic`; what is not named has no data. */
export function metering(values: Readonly<Record<string, number>>): Pick<Sources, "metrics"> {
  return {
    metrics: {
      read: async (queries) =>
        queries.map(({ metric, statistic, to }) => {
          const value = values[`${metric}:${statistic}`] ?? values[metric];
          return value === undefined ? [] : [{ at: to - 60_000, value }];
        }),
    },
  };
}
