import type { Origin } from "../../domain/origin.ts";
import { parsedPlan } from "../../domain/plan.ts";
import { type SwitchRecord, recordSchema } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { Situation } from "../../rollout/policy/situation.ts";
import { inputsFor } from "../../simulation/inputs.ts";

export const now = Date.parse("2026-03-01T12:00:00Z");
export const a = "aaaaaaaaaaaa";
export const b = "bbbbbbbbbbbb";
export const c = "cccccccccccc";
export const plan = parsedPlan.parse({});

/** Blue is live with release a, green is idle with release b, which passed its gate at weight 0. */
export function record(over: Partial<SwitchRecord> = {}): SwitchRecord {
  return {
    schema: recordSchema,
    ruleArn: "arn:rule",
    live: "blue",
    liveSince: now - 86_400_000,
    weights: weightsFor("blue", 100),
    slots: {
      blue: { release: a, taskDefinition: "task:a" },
      green: { release: b, taskDefinition: "task:b" },
    },
    previous: null,
    verified: { colour: "green", release: b, at: now - 1_000 },
    rejected: [],
    fence: 0,
    fencedBy: null,
    unseen: null,
    paged: null,
    lease: null,
    intent: null,
    rollout: null,
    reassert: null,
    retirement: null,
    drain: { blue: null, green: null },
    leaving: { blue: null, green: null },
    last: null,
    inputs: inputsFor(plan, 0, { blue: a, green: b }, undefined),
    ...over,
  };
}

/** What a release is made from whose balancer and target groups are made from this. */
export const origin = (ground: Record<string, string>, over: Partial<Origin> = {}): Origin => ({
  own: "own",
  shared: {},
  ground,
  images: [],
  secrets: [],
  kmsKeys: [],
  ...over,
});

/** The same with a request; the rule shows what the record says unless told otherwise. */
export function situation(
  greenWeight: number,
  over: {
    record?: Partial<SwitchRecord>;
    releases?: { blue?: string; green?: string };
    origins?: Situation["request"]["origins"];
    plan?: Partial<typeof plan>;
    rule?: Situation["rule"];
  } = {},
): Situation {
  const of = record(over.record);
  return {
    now,
    record: of,
    rule: over.rule === undefined ? { weights: of.weights, foreign: [] } : over.rule,
    request: {
      greenWeight,
      releases: { blue: a, green: b, ...over.releases },
      ...(over.origins ? { origins: over.origins } : {}),
      plan: { ...plan, ...over.plan },
    },
  };
}
