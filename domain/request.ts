import { z } from "zod";
import { colour, colours } from "./colour.ts";
import { foreseen, planQuestion } from "./foreseen.ts";
import { switchInputs } from "./inputs.ts";
import { origin } from "./origin.ts";
import { heldFor, parsedPlan } from "./plan.ts";
import { releaseName } from "./release.ts";
import { weight } from "./weight.ts";

/**
 * What the program asks before it touches anything. All of it is known in every preview: the record's table has a fixed
 * name, and releases are hashes of inputs. The switch's role is not part of it: whoever looks looks with credentials of his
 * own, and the preview of a pull request may take no role that moves traffic.
 */
export const switchRequest = z.object({
  region: z.string(),
  profile: z.string().optional(),
  table: z.string(),
  stack: z.string(),
  greenWeight: weight,
  releases: z.object({ blue: releaseName, green: releaseName }),
  origins: switchInputs.shape.origins,
  plan: parsedPlan,
  /** Given, the answer says what the `up` will do to users as well. */
  question: planQuestion.optional(),
});
/** A switch request: what a program asks the plugin before it declares its slots. */
export type SwitchRequest = z.infer<typeof switchRequest>;

/** A release that a slot keeps although the stack's settings have changed. */
const kept = z.object({
  release: releaseName,
  taskDefinition: z.string(),
  origin,
  /** What is kept, until when and why: a sentence without its full stop. */
  says: z.string(),
});
/** A kept release, parsed. */
export type Kept = z.infer<typeof kept>;

/** A release that is replaced where sessions of it may be open. */
const leaves = z.object({ ms: z.number(), says: z.string() });

/** The answer: what is live, and what this `up` will do to the traffic. */
const switchPreview = z.object({
  /** No record yet: this is the first deployment. */
  first: z.boolean(),
  live: colour.nullable(),
  weights: z.object({ blue: z.number(), green: z.number() }).nullable(),
  /** The kind of decision: refuse, first, nothing, verify, shift, rollback, resume, undo. */
  action: z.string(),
  /** One sentence for people. */
  summary: z.string(),
  /** What a person did to the rule past the program, in a sentence: it is adopted once a refresh has seen it; null: nothing. */
  handEdit: z.string().nullable(),
  /** The steps that this `up` will walk before it has to wait for a person. */
  steps: z.array(z.object({ weight: z.number(), bake: heldFor })),
  /** When the credentials of this run end, milliseconds since 1970; null when that is not known or they are renewed. */
  credentialsUntil: z.number().nullable(),
  /** Nobody says when they end: an hour is assumed, the shortest that a session usually lasts. */
  credentialsAssumed: z.boolean(),
  /** What each slot runs now, by name, once recorded. */
  releases: z.object({ blue: z.string(), green: z.string() }).nullable(),
  /** What slots keep as it is recorded; null: they get what was asked for. */
  kept: z.object({ blue: kept.nullable(), green: kept.nullable() }),
  /** What leaves each slot under its sessions: for how long these may stay, in milliseconds, and a sentence; null: nothing does. */
  leaves: z.object({ blue: leaves.nullable(), green: leaves.nullable() }),
  /** What it will do to users; null where that was not asked. */
  foreseen: foreseen.nullable(),
});
/** A switch preview: what is live, and what this `up` will do to the traffic. */
export type SwitchPreview = z.infer<typeof switchPreview>;

/** What slots keep, a sentence each, blue's first. */
export const keepsOf = ({ kept: of }: Pick<SwitchPreview, "kept">): string[] =>
  colours.flatMap((one) => of[one]?.says ?? []);

/** What sessions are told of releases that leave, a sentence each, blue's first. */
export const leavesSaid = ({ leaves: of }: Pick<SwitchPreview, "leaves">): string[] =>
  colours.flatMap((one) => of[one]?.says ?? []);

/** The answer; with the sentence of the refusal where the policy refuses. */
export type SwitchAnswer = SwitchPreview & { readonly refused?: string };
