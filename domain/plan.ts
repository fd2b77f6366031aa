import { z } from "zod";
import { approvalWith } from "./approval.ts";
import { duration, formatDuration } from "./duration.ts";
import { freeze, throughFreeze } from "./freeze.ts";
import { limits } from "./limits.ts";
import { weight } from "./weight.ts";

/** A schema whose output is milliseconds: text in config, numbers on the wire. */
type Milliseconds = z.ZodType<number>;

/** How long a weight is held, in milliseconds: never shorter than `min`, and until `max` where the evidence is not in sooner. */
export const heldFor = z.object({ min: z.number(), max: z.number() }).readonly();
/** A bake: for how long a weight is held. */
export type Bake = z.infer<typeof heldFor>;

/** One time holds a weight for that long; two hold it for as long as the evidence needs. */
const bakeWith = (time: Milliseconds) =>
  z
    .union([
      time,
      z
        .strictObject({
          min: time.describe("Before this nothing passes: it catches what needs time."),
          max: time.describe("At this what was seen so far decides."),
        })
        .superRefine(({ min, max }, context) => {
          if (min > max)
            context.addIssue({
              code: "custom",
              path: ["min"],
              input: min,
              message: `min is longer than max: ${formatDuration(min)} and ${formatDuration(max)}`,
            });
        }),
    ])
    .transform((bake): Bake => (typeof bake === "number" ? { min: bake, max: bake } : bake));

/** One step of a plan: hold `weight` for `bake` while the gate's checks measure. */
const stepWith = (time: Milliseconds) =>
  z.strictObject({
    weight: weight
      .min(1, "a step's weight is at least 1: 0 is where every rollout starts")
      .describe("Percent of new sessions the candidate gets in this step."),
    bake: bakeWith(time).describe(
      "How long the weight is held and watched: a time, such as 5m, or as long as the evidence needs between two, such as {min: 1m, max: 5m}.",
    ),
    gate: z
      .array(z.string())
      .min(1, "a gate needs at least one check")
      .optional()
      .describe("Names of the checks of this step; left out: the default gate."),
    approval: approvalWith(time)
      .optional()
      .describe(
        "A person has to approve what follows, once the gate of this step has passed: `npm run approve`.",
      ),
  });
/** One step of a plan: its weight, bake, gate, and whom it waits for. */
export type Step = z.infer<ReturnType<typeof stepWith>>;

const minutes = (n: number) => n * 60_000;
/**
 * The default plan: 5 %, 25 %, 50 % for five minutes each at most, 100 % for fifteen; and shorter where users ask enough. A minute
 * is what logs and target health need to tell; at the end five, for alarms react in three to eight.
 */
const defaultSteps: Step[] = [
  { weight: 5, bake: { min: minutes(1), max: minutes(5) } },
  { weight: 25, bake: { min: minutes(1), max: minutes(5) } },
  { weight: 50, bake: { min: minutes(1), max: minutes(5) } },
  { weight: 100, bake: { min: minutes(5), max: minutes(15) } },
];

/** Rules across steps hold although one of them has a problem of its own: all problems are told at once. */
const evenIfIncomplete = { when: ({ value }: { value: unknown }) => Array.isArray(value) };

const planWith = (time: Milliseconds) =>
  z.strictObject({
    steps: z
      .array(stepWith(time))
      .min(1, "a plan needs at least one step")
      .superRefine((steps, context) => {
        steps.forEach((step, index) => {
          const before = steps[index - 1];
          if (before && step && step.weight <= before.weight)
            context.addIssue({
              code: "custom",
              path: [index, "weight"],
              input: step.weight,
              message: `${step.weight} is not above steps[${index - 1}].weight ${before.weight}`,
            });
        });
        const last = steps.at(-1);
        if (typeof last?.weight === "number" && last.weight !== 100)
          context.addIssue({
            code: "custom",
            path: [steps.length - 1, "weight"],
            input: last.weight,
            message: `the last step ends at ${last.weight}, and a plan ends at 100`,
          });
      }, evenIfIncomplete)
      .default(defaultSteps)
      .describe("Ordered steps, rising to 100."),
    gate: z
      .array(z.string())
      .min(1, "a gate needs at least one check")
      .optional()
      .describe("Checks of every step that names none itself; left out: the built-in gate."),
    candidateGate: z
      .array(z.string())
      .min(1, "a gate needs at least one check")
      .optional()
      .describe(
        "Checks of the candidate at weight 0, through the probe header; left out: the built-in ones.",
      ),
    advisory: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Names of checks that are judged and shown in the gates that they are in, and never decide: a new check is tried on real rollouts before it may stop one.",
      ),
    onInconclusive: z
      .enum(["extend-then-rollback", "hold"])
      .default("extend-then-rollback")
      .describe(
        "What follows a gate that could not tell: extend the bake once, then roll back; or hold the weight and fail the up.",
      ),
    extension: time
      .optional()
      .describe(
        "How much longer a step is watched when its gate could not tell, ending as soon as it can; the step's own longest bake unless set.",
      ),
    onFail: z
      .enum(["evict-sessions", "keep-sessions"])
      .default("evict-sessions")
      .describe("What happens after a failed gate to sessions that are already on the candidate."),
    rollbackWindow: time
      .default(24 * 3_600_000)
      .describe("How long after promotion the previous release stays one weight flip away."),
    idleTasks: z
      .int()
      .min(1, "at least one task stays in an idle slot: an empty target group answers 503")
      .default(1)
      .describe("Tasks kept in the idle slot after its warm time."),
    warmTime: time
      .default(1_800_000)
      .describe("How long the retired colour keeps its full count after losing its traffic."),
    drainDeadline: time
      .default(1_800_000)
      .describe(
        "How long open sessions may stay on a draining slot, and on a release that is replaced in its slot.",
      ),
    proofTimeout: time
      .default(60_000)
      .describe("How long to wait for accepted weights to show in traffic before the shift is undone."),
    scaleUpDeadline: time
      .default(600_000)
      .describe("How long the idle slot may take to reach the capacity a shift needs."),
    retry: z.string().optional().describe("A rejected release that may be tried again, by its release name."),
    allowLiveChange: z
      .boolean()
      .default(false)
      .describe(
        "Accept a changed release in the live slot: users will meet it ungated, and their sessions there are ended within `drainDeadline`, for its deployment waits for them.",
      ),
    replaceRollbackTarget: z
      .boolean()
      .default(false)
      .describe(
        "Accept a changed release in the idle slot inside its rollback window; sessions that are still there are ended by the deadline that they have.",
      ),
    freezes: z
      .array(freeze)
      .default([])
      .describe(
        "Times in which no traffic moves to a candidate: `{name, weekly: Fri 16:00 - Mon 08:00, zone: Europe/Berlin}`, or once, `{name, from, until}`. The way back is always free.",
      ),
    throughFreeze: throughFreeze
      .optional()
      .describe("Moves traffic in a freeze all the same, until a moment: `{until, why}`. It is recorded."),
  });

/** The `rollout` part of the stack config: durations are texts such as "5m". */
export const plan = planWith(duration);
/** The same plan as it travels to the plugin: durations are milliseconds. */
export const parsedPlan = planWith(z.int().min(0));
/** The plan of a rollout: its steps, and what becomes of a failed one. */
export type Plan = z.infer<typeof plan>;

/** Longest time a step's gate may ask for on top of its bake, in milliseconds. */
export const extensionOf = ({ extension }: Pick<Plan, "extension">, step: Pick<Step, "bake">): number =>
  extension ?? step.bake.max;

/** `5m`, or `1m to 5m` where the evidence decides. */
export const describeBake = ({ min, max }: Bake): string =>
  min === max ? formatDuration(max) : `${formatDuration(min)} to ${formatDuration(max)}`;

/** The longest that a step whose gate cannot tell is watched on top of its bake: not at all where the plan holds it then. */
export const longestExtensionOf = (
  plan: Pick<Plan, "extension" | "onInconclusive">,
  step: Pick<Step, "bake">,
): number => (plan.onInconclusive === "hold" ? 0 : extensionOf(plan, step));

/** What of a plan says how long a walk through steps takes. */
export type WalkLimits = Pick<Plan, "extension" | "onInconclusive" | "proofTimeout" | "scaleUpDeadline">;

/** How long before its credentials end a rollout goes home, in milliseconds: the rollback is proved and recorded while they hold. */
export const homeBeforeEndMs = ({ proofTimeout }: Pick<Plan, "proofTimeout">): number =>
  proofTimeout + limits.beforeCredentialsEndMs;

/** The steps that are walked before a person is waited for: all, where none asks for one. */
export function untilApproval<T extends Pick<Step, "approval">>(steps: readonly T[]): readonly T[] {
  const first = steps.findIndex(({ approval }) => approval !== undefined);
  return first < 0 ? steps : steps.slice(0, first + 1);
}

/** How long a walk through these steps takes where every bake goes to its end and none is extended, in milliseconds. */
export const expectedWalkMs = (steps: readonly Pick<Step, "bake">[]): number =>
  steps.reduce((sum, { bake }) => sum + bake.max, 0);

/** The longest that a walk through these steps may take: every bake, extended once, with its proof, and the scaling before it. */
export function longestWalkMs(plan: WalkLimits, steps: readonly Pick<Step, "bake">[]): number {
  const bakes = steps.reduce(
    (sum, step) => sum + step.bake.max + longestExtensionOf(plan, step) + plan.proofTimeout,
    0,
  );
  return plan.scaleUpDeadline + bakes + plan.proofTimeout;
}
