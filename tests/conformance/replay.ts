import { type Answer, Caller } from "./clients.ts";
import { Comparison, type Difference, rename } from "./compare.ts";
import type { Recorded } from "./record.ts";

export interface Outcome {
  readonly calls: number;
  readonly operations: ReadonlySet<string>;
  readonly fields: number;
  readonly differences: readonly Difference[];
}

/** Sends recorded calls, in their order, to another endpoint, and compares its answers. `names` are known to mean the same. */
export async function replay(
  recorded: readonly Recorded[],
  endpoint: string,
  names: Map<string, string>,
): Promise<Outcome> {
  const caller = new Caller(endpoint);
  const operations = new Set<string>();
  const differences: Difference[] = [];
  let fields = 0;
  try {
    const calls = lastLooks(recorded);
    for (const call of calls) {
      const name = `${call.service}.${call.operation}`;
      const theirs = await caller.call(call.service, call.operation, rename(call.input, names));
      const comparison = new Comparison(name, names);
      differences.push(...compareAnswers(comparison, call, theirs));
      fields += comparison.fields;
      operations.add(name);
    }
    return { calls: calls.length, operations, fields, differences };
  } finally {
    caller.close();
  }
}

/** Compares answers, or the codes of errors where one of them is an error. */
export function compareAnswers(comparison: Comparison, ours: Answer, theirs: Answer): readonly Difference[] {
  if (ours.error !== null || theirs.error !== null)
    return comparison.compare({ error: ours.error ?? "none" }, { error: theirs.error ?? "none" });
  return comparison.compare(ours.output, theirs.output);
}

const isLook = ({ operation }: Recorded) => /^(?:Describe|Get|List)/.test(operation);

/** Of looks that are repeated until something has come about, only the last: how long it takes is each one's own affair. */
function lastLooks(calls: readonly Recorded[]): Recorded[] {
  const key = (call: Recorded) => JSON.stringify([call.service, call.operation, call.input]);
  return calls.filter((call, index) => {
    if (!isLook(call)) return true;
    const later = calls.slice(index + 1).filter(({ service }) => service === call.service);
    const write = later.findIndex((other) => !isLook(other));
    const until = write < 0 ? later : later.slice(0, write);
    return !until.some((other) => key(other) === key(call));
  });
}
