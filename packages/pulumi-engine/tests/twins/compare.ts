import { isDeepStrictEqual } from "node:util";
import type { Outcome, Situation } from "./situation.ts";

/** Where two outcomes differ: `STEP NUMBER VERB: PATH`, with what each side had there. */
export interface Difference {
  at: string;
  embedded: unknown;
  pulumi: unknown;
}

/** Everything in which the two sides differ, by the smallest parts that do. */
export function differences(
  situation: Situation,
  embedded: readonly Outcome[],
  pulumi: readonly Outcome[],
): Difference[] {
  return situation.steps.flatMap((step, index) =>
    within(`${index + 1} ${step.do}:`, embedded[index], pulumi[index]),
  );
}

function within(at: string, embedded: unknown, pulumi: unknown): Difference[] {
  if (isDeepStrictEqual(embedded, pulumi)) return [];
  if (!isObject(embedded) || !isObject(pulumi)) return [{ at, embedded, pulumi }];
  const keys = new Set([...Object.keys(embedded), ...Object.keys(pulumi)]);
  return [...keys].flatMap((key) => within(`${at} ${key}`, embedded[key], pulumi[key]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !(Array.isArray(value) && value.every((one) => typeof one === "string"));
