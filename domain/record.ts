import { z } from "zod";
import { waiting } from "./approval.ts";
import { colour, perColour } from "./colour.ts";
import { type SwitchInputs, switchInputs, switchOutputs } from "./inputs.ts";
import { origin } from "./origin.ts";
import { UsageError } from "./usage-error.ts";
import { bothWeights, weight } from "./weight.ts";

/** Milliseconds since 1970, as every clock here gives them. */
const time = z.number();

/** What runs in a slot: the release's name, the task definition that carries it, and what it is made from as far as that is known. */
const slotRelease = z.strictObject({
  release: z.string(),
  taskDefinition: z.string(),
  origin: origin.optional(),
});

const lease = z.strictObject({ owner: z.string(), since: time, until: time });
/** The lease as it is recorded: whoever holds it may shift traffic until it runs out; everybody else reads only, or raises the fence. */
export type RecordedLease = z.infer<typeof lease>;

/** An intent, written before a rule change and cleared after its proof: what a crash in between leaves behind. */
const intent = z.strictObject({
  from: bothWeights,
  to: bothWeights,
  at: time,
  /** A colour that was given its first weight, since when, by this change or an unproved one before it. */
  pending: z.strictObject({ colour, since: time }).nullable(),
});

const rolloutUnderWay = z.strictObject({
  id: z.string(),
  candidate: colour,
  release: z.string(),
  /** Candidate's weight this rollout was asked to reach. */
  asked: weight,
  /** Where its traffic goes when anything goes wrong. */
  rollbackTarget: bothWeights,
  startedAt: time,
  /** Weights of rule changes whose answer was lost: such a change may still arrive late, and is no hand edit. */
  tried: z.array(bothWeights),
  /** Candidate's weights that were proved and passed their gate so far. */
  passed: z.array(weight),
  /** The step that has passed and waits for a person; left out: none does. Whoever ran the `up` may be gone by then. */
  waits: waiting.optional(),
});
/** A rollout under way, as the record keeps it. */
export type RolloutUnderWay = z.infer<typeof rolloutUnderWay>;

/** A release that failed a gate, was aborted or was rolled back. It gets no weight until it changes or is named for retry. */
const rejected = z.strictObject({ release: z.string(), why: z.string(), at: time });
/** A release that was rejected, and why. */
export type Rejected = z.infer<typeof rejected>;

/** The colour one weight flip away after a promotion, until the window closes. */
const previousRelease = z.strictObject({
  colour,
  release: z.string(),
  taskDefinition: z.string(),
  until: time,
});

/**
 * Set by every rollback: until then the guardian puts these weights back when it finds one of `instead`, which are the
 * weights that a process of ours may still have been about to write. Anything else is a hand edit, and pages.
 */
const reassert = z.strictObject({ weights: bothWeights, until: time, instead: z.array(bothWeights) });

/** How far the slot that lost its traffic has been retired. */
const retirement = z.strictObject({
  colour,
  stage: z.enum(["draining", "warm", "idle"]),
  since: time,
  deadline: time,
});

/** A release that leaves a slot in which sessions of it may be open, and the moment by which its sidecars end them. */
const leavingRelease = z.strictObject({ release: z.string(), by: time });

/** The schema of the records that this version writes, and the only one that it reads. */
export const recordSchema = 2;

/** Everything the switch knows, in one DynamoDB item per stack, changed by conditional writes only. */
export const switchRecord = z.strictObject({
  schema: z.literal(recordSchema),
  ruleArn: z.string().nullable(),
  live: colour,
  liveSince: time,
  /** The weights last proved in traffic, or adopted by a refresh. */
  weights: bothWeights,
  slots: z.strictObject({ blue: slotRelease, green: slotRelease }),
  previous: previousRelease.nullable(),
  verified: z.strictObject({ colour, release: z.string(), at: time }).nullable(),
  rejected: z.array(rejected),
  /** Counts up whenever somebody outside the lease takes the traffic over. A shifting process that sees it change stops. */
  fence: z.int(),
  fencedBy: z.strictObject({ who: z.string(), why: z.string(), at: time }).nullable(),
  lease: lease.nullable(),
  intent: intent.nullable(),
  rollout: rolloutUnderWay.nullable(),
  reassert: reassert.nullable(),
  retirement: retirement.nullable(),
  /** Deadline per draining slot; its sidecars poll it. */
  drain: z.strictObject({ blue: time.nullable(), green: time.nullable() }),
  /** What leaves each slot under its sessions, as an `up` has told before it replaces it; the slot's sidecars poll it, too. */
  leaving: z
    .strictObject({ blue: leavingRelease.nullable(), green: leavingRelease.nullable() })
    .default({ blue: null, green: null }),
  /**
   * What an accepted change that no traffic was seen to show leaves: the colour it gave weight, since when, and weights that
   * the balancer may still be doing. By a refresh that adopted a hand edit, or by whoever took the traffic over.
   */
  unseen: z
    .strictObject({ colour, since: time, before: z.array(bothWeights) })
    .nullable()
    .default(null),
  /** What the guardian told the on-call topic last, and when: the same is not told again every minute. */
  paged: z.strictObject({ why: z.string(), at: time }).nullable().default(null),
  last: switchOutputs.shape.lastRollout,
  /** The inputs of the last `up`: what the commands and the guardian act on. */
  inputs: switchInputs.nullable(),
});
/** The record of one stack. */
export type SwitchRecord = z.infer<typeof switchRecord>;

/** Whether this is of a first deployment that is not over: nothing is live yet, and nobody is served. */
export const isUnfinishedFirst = ({ ruleArn, rollout, live }: SwitchRecord): boolean =>
  ruleArn === null && rollout?.candidate === live;

/** What runs in both slots once these inputs are deployed. */
export function slotsOf({
  releases,
  taskDefinitions,
  origins,
}: Pick<SwitchInputs, "releases" | "taskDefinitions" | "origins">): SwitchRecord["slots"] {
  return perColour((of) => ({
    release: releases[of],
    taskDefinition: taskDefinitions[of],
    ...(origins ? { origin: origins[of] } : {}),
  }));
}

/** Throws UsageError, with what to type next, for a record of another schema: its fields mean something else. */
export function refuseOtherSchema(value: unknown, stack: string): void {
  const { schema } = (value ?? {}) as { schema?: unknown };
  if (typeof schema !== "number" || schema === recordSchema) return;
  throw new UsageError(
    `The record of stack ${stack} has schema ${schema}, and this version reads schema ${recordSchema}: with the version that wrote it run pulumi destroy --stack ${stack}, and then pulumi up with this one.`,
  );
}

/** Releases kept on the rejected list; the oldest go first. */
const rejectedLimit = 50;

/** The record with a release marked as rejected; a release already there keeps its place with the new reason. */
export function reject(record: SwitchRecord, release: string, why: string, at: number): SwitchRecord {
  const others = record.rejected.filter((entry) => entry.release !== release);
  return { ...record, rejected: [...others, { release, why, at }].slice(-rejectedLimit) };
}

/** The rejection of a release, where there is one. */
export function rejectionOf(record: SwitchRecord, release: string): Rejected | undefined {
  return record.rejected.find((entry) => entry.release === release);
}

/** The lease of whoever holds one that has not run out. */
export function leaseHeld(record: SwitchRecord, now: number): RecordedLease | null {
  return record.lease !== null && record.lease.until > now ? record.lease : null;
}

/** How the guardian calls itself in a lease, before the name of its tick. */
export const guardianOwner = "the guardian";

/** Whether the guardian holds the lease for work of its own: no rollout is under way. */
export function guardianHolds(record: SwitchRecord, now: number): boolean {
  const lease = leaseHeld(record, now);
  return lease !== null && record.rollout === null && lease.owner.startsWith(guardianOwner);
}

/** What a record says where nothing is under way and nothing has happened yet. */
export const atRest = () =>
  ({
    previous: null,
    verified: null,
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
  }) satisfies Partial<SwitchRecord>;
