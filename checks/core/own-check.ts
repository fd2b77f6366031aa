import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { type Check, type CheckContext, type Judgement, verdicts } from "./check.ts";
import { defineCheck, type StatedLimit } from "./define.ts";

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

const ownCheck = z.strictObject({
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

const judgement = z.strictObject({
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

/** Relative paths start where Pulumi.yaml stands. */
const root = resolve(import.meta.dirname, "../..");

/** A check's name is a module's path when it ends like one. */
export function isModulePath(name: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(name);
}

/** Loads the check a module exports; throws one sentence with the path and everything that is wrong with it. */
export function loadOwnCheck(path: string): Check {
  const file = isAbsolute(path) ? path : resolve(root, path);
  let module: { default?: unknown };
  try {
    module = createRequire(import.meta.url)(file) as { default?: unknown };
  } catch (error) {
    // Node adds the stack of requires below the sentence.
    const [reason] = (error as Error).message.split("\n");
    throw new Error(`the check ${path} cannot be loaded from ${file}: ${reason}`, { cause: error });
  }
  const parsed = ownCheck.safeParse(module.default);
  if (!parsed.success) throw new Error(`the check ${path} is not valid: ${problems(parsed.error, module)}`);
  const { limit, minimumSamples = 1, judge, ...rest } = parsed.data;
  return defineCheck({
    ...rest,
    group: "gate",
    limit: () => limit,
    minimumSamples: () => minimumSamples,
    query: () => path,
    judge: (measured, context) => judged(path, judge(measured, context)),
  });
}

/** What the module judged; throws when it is no judgement, so that a misspelt verdict is "cannot tell". */
function judged(path: string, of: unknown): Judgement {
  const parsed = judgement.safeParse(of);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`);
  throw new Error(`the check ${path} returned no judgement: ${issues.join("; ")}`);
}

function problems(error: z.ZodError, module: { default?: unknown }): string {
  if (module.default === undefined) return "it has no default export";
  return error.issues
    .map((issue) => `${issue.path.join(".") || "the default export"}: ${issue.message}`)
    .join("; ");
}
