import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** One check of the suite, without what is another at each run. */
export interface Check {
  readonly id: string;
  readonly status: string;
  /** Why it is not a success; empty where it is. */
  readonly why: string;
}

/** Checks by scenario, each scenario's in the order in which they were made. */
export type Outcomes = ReadonlyMap<string, readonly Check[]>;

/** A scenario that is not the same both ways. */
export interface Difference {
  readonly scenario: string;
  readonly direct: readonly Check[];
  readonly through: readonly Check[];
}

/** Reads what the suite wrote into a folder: `server-SCENARIO-TIME/checks.json` for each scenario. */
export function readOutcomes(folder: string): Outcomes {
  const found = new Map<string, Check[]>();
  for (const file of globSync("server-*/checks.json", { cwd: folder }).toSorted()) {
    const scenario = basename(dirname(file))
      .replace(/^server-/, "")
      .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, "");
    const checks = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
      id: string;
      status: string;
      errorMessage?: string;
    }[];
    found.set(
      scenario,
      checks.map(({ id, status, errorMessage = "" }) => ({ id, status, why: plain(errorMessage) })),
    );
  }
  return found;
}

/** Addresses, ids of sessions and times are others at each run. */
const plain = (text: string): string =>
  text
    .replaceAll(/(?:127\.0\.0\.1|localhost):\d+/g, "HOST")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}(?:\.[\w.-]+)?/gi, "ID")
    .replaceAll(/\b\d+(?:\.\d+)? ?ms\b/g, "MS");

/** Scenarios that differ, those among them that only one side has. */
export function differences(direct: Outcomes, through: Outcomes): Difference[] {
  const names = new Set([...direct.keys(), ...through.keys()]);
  const both = [...names].map((scenario) => ({
    scenario,
    direct: direct.get(scenario) ?? [],
    through: through.get(scenario) ?? [],
  }));
  return both.filter(({ direct: one, through: other }) => JSON.stringify(one) !== JSON.stringify(other));
}

/** How many of the scenarios have no check that failed. */
export const passed = (outcomes: Outcomes): number =>
  [...outcomes.values()].filter((checks) => checks.every(({ status }) => status !== "FAILURE")).length;
