import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import type { Check } from "./check.ts";
import { defineCheck } from "./define.ts";
import { ownCheck, judgement } from "./own-check-shape.ts";
import type { Judgement } from "./reading.ts";

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
