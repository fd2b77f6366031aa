import { type Case, type Kept } from "./cases.ts";
import { Caller } from "./clients.ts";
import { Comparison } from "./compare.ts";
import { type Outcome, compareAnswers } from "./replay.ts";

/** Sends each call to both endpoints, with each one's own names in it, and compares the answers. */
export async function sendBoth(cases: readonly Case[], ours: string, theirs: string): Promise<Outcome> {
  const sides = [ours, theirs].map((endpoint) => ({
    caller: new Caller(endpoint),
    kept: {} as Record<string, Kept[string]>,
  }));
  const names = new Map<string, string>();
  const operations = new Set<string>();
  const differences: Outcome["differences"][number][] = [];
  let fields = 0;
  try {
    for (const { call, input, keep } of cases) {
      const [service = "", operation = ""] = call.split(".");
      const [a, b] = await Promise.all(
        sides.map(async ({ caller, kept }) => {
          const answer = await caller.call(service, operation, input(kept));
          if (keep !== undefined) {
            if (answer.error !== null) throw new Error(`${call} failed with ${answer.error}`);
            kept[keep] = answer.output as Kept[string];
          }
          return answer;
        }),
      );
      if (!a || !b) throw new Error("two endpoints gave no two answers");
      const comparison = new Comparison(call, names);
      // Both networks were there before: they need not be the same.
      if (call !== "ec2.DescribeVpcs" && call !== "ec2.DescribeSubnets")
        differences.push(...compareAnswers(comparison, a, b));
      fields += comparison.fields;
      operations.add(call);
    }
    return { calls: cases.length, operations, fields, differences };
  } finally {
    for (const { caller } of sides) caller.close();
  }
}
