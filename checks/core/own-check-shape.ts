import { z } from "zod";
import type { StatedLimit } from "./check-definition.ts";
import type { CheckContext } from "./check.ts";
import type { Judgement } from "./reading.ts";
import { verdicts } from "./verdict.ts";

/**
 * A user's own check: the default export of a module.
 * @public
 */
export interface OwnCheck<M> {
  /** Lower-case words joined by dashes; no built-in check has it. */
  name: string;
  /** One line, a question: what a pass says yes to. */
  question: string;
  /** Where the numbers come from, in words. */
  source: string;
  limit: StatedLimit;
  /** Below this many samples it never passes; left out: 1. */
  minimumSamples?: number;
  /** How often a bake looks at it, milliseconds; left out or 0: once. */
  everyMs?: number;
  /** Longest time for one look, milliseconds; left out: 30 s. */
  timeoutMs?: number;
  /** Rejecting means "cannot tell"; the cause is kept. */
  measure: (context: CheckContext) => Promise<M>;
  /** Pure: from what was measured to a verdict. */
  judge: (measured: M, context: CheckContext) => Judgement;
}

const good = z.enum(["<", "<=", ">", ">=", "="]);

/** The shape that a module's own check must have. */
export const ownCheck = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words joined by dashes"),
  question: z.string().min(1),
  source: z.string().min(1),
  limit: z.strictObject({
    value: z.union([z.number(), z.string(), z.boolean()]),
    unit: z.string(),
    good,
  }),
  minimumSamples: z.int().min(1).optional(),
  everyMs: z.int().min(0).optional(),
  timeoutMs: z.int().min(1).optional(),
  measure: z.custom<OwnCheck<unknown>["measure"]>((of) => typeof of === "function", "not a function"),
  judge: z.custom<OwnCheck<unknown>["judge"]>((of) => typeof of === "function", "not a function"),
});

/** The shape of what an own check may answer. */
export const judgement = z.strictObject({
  verdict: z.enum(verdicts),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  samples: z.number().min(0),
  why: z.string().min(1),
  limit: z.union([z.number(), z.string(), z.boolean(), z.null()]).optional(),
  unit: z.string().optional(),
  operator: good.optional(),
  minimumSamples: z.number().min(1).optional(),
  window: z.string().optional(),
  query: z.string().optional(),
});
