import { z } from "zod";
import { approvalWith } from "./approval.ts";
import { colour } from "./colour.ts";
import { switchInputs } from "./inputs.ts";
import { heldFor } from "./plan.ts";

const weights = z.object({ blue: z.number(), green: z.number() });
const { alarms, commands, logErrorPatterns, logGroups, thresholds } = switchInputs.shape;

/** What a plan's gates are found out with: inputs of the switch that every preview knows. */
export const planQuestion = z.object({
  alarms,
  commands,
  logErrorPatterns,
  logGroups,
  thresholds,
});
/** A plan's question, parsed. */
export type PlanQuestion = z.infer<typeof planQuestion>;

/** A check of a gate, before it is asked. */
const foreseenCheck = z.object({
  check: z.string(),
  /** Below this many samples it never passes; null: no number of them is enough. */
  minimumSamples: z.number().nullable(),
  /** Own probes bring what users do not. */
  probed: z.boolean(),
  /** It is judged and shown, and decides nothing. */
  advisory: z.boolean(),
  /** Why it will not be able to tell, however many users there are; null: nothing is known against it. */
  cannotTell: z.string().nullable(),
});
/** A check before it is asked, parsed. */
export type ForeseenCheck = z.infer<typeof foreseenCheck>;

const foreseenStep = z.object({
  weight: z.number(),
  bake: heldFor,
  /** What it asks of a person once its gate has passed; null: nothing. */
  approval: approvalWith(z.number()).nullable(),
  /** How much longer it is watched when its gate cannot tell. */
  extensionMs: z.number(),
  /** How much longer than the bake a check that runs once may take. */
  overrunMs: z.number(),
  gate: z.array(foreseenCheck),
});
/** A step before it is walked, parsed. */
export type ForeseenStep = z.infer<typeof foreseenStep>;

/** What both colours together were asked, over a time. */
const traffic = z.object({
  /** Milliseconds since 1970. */
  from: z.number(),
  to: z.number(),
  requests: z.number(),
  analyses: z.number(),
  sessions: z.number(),
});
/** What both colours were asked over a time, parsed. */
export type Traffic = z.infer<typeof traffic>;

/** What an `up` will do to users, as far as it can be said before: by the functions that then do it. */
export const foreseen = z.object({
  /** Whose release comes, or goes on; null: no release does. */
  candidate: colour.nullable(),
  /** Null: nothing is live yet. */
  from: weights.nullable(),
  to: weights.nullable(),
  /** The gate at weight 0; null: the candidate has passed it, or there is none. */
  verify: z.array(foreseenCheck).nullable(),
  /** How long that gate may take, in milliseconds. */
  verifyMs: z.number(),
  steps: z.array(foreseenStep),
  /** After how many answers `error-share` fails when all of them are bad, and when every tenth is; null: never. */
  failsAfter: z.object({ all: z.number().nullable(), tenth: z.number().nullable() }),
  liveSince: z.number().nullable(),
  /** One weight flip away, until then. */
  previous: z.object({ colour, release: z.string(), until: z.number() }).nullable(),
  /** Null: it could not be read, for the reason beside it. */
  traffic: traffic.nullable(),
  trafficUnknown: z.string(),
  /** Alarms of the slots that are firing; null: they could not be read. */
  firing: z.array(z.object({ name: z.string(), reason: z.string() })).nullable(),
});
/** What an `up` will do to users, parsed. */
export type Foreseen = z.infer<typeof foreseen>;
