import type { z } from "zod";
import { type SwitchInputs, switchInputs } from "../../domain/inputs.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const signature = "4dabf18193072939515e22adb298388d";

/** A value without the marks of secrets: Pulumi's Node provider accepts them, so they arrive marked. */
export function unmark(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmark);
  if (value === null || typeof value !== "object") return value;
  const object = value as Record<string, unknown>;
  if (signature in object) return unmark(object["value"]);
  return Object.fromEntries(Object.entries(object).map(([key, entry]) => [key, unmark(entry)]));
}

/** Whether anything in it is not known yet, as in a preview. */
export function hasUnknowns(value: unknown): boolean {
  if (value === unknown) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknowns);
}

/** The switch's inputs. Throws one sentence per problem with its path. */
export const parseInputs = (value: unknown): SwitchInputs => parsedBy(switchInputs, value);

/** A resource's inputs, by its schema. Throws one sentence per problem with its path. */
export function parsedBy<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(withoutInternals(unmark(value)));
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
}

/** Problems with what is known of the switch's inputs: what is still unknown in a preview is not judged. */
export const inputProblems = (value: unknown): InputProblem[] => problemsBy(switchInputs, value);

/** What is wrong with one input. */
interface InputProblem {
  readonly property: string;
  readonly reason: string;
}

/** The same of a resource's inputs, by its schema. */
export function problemsBy(schema: z.ZodType, value: unknown): InputProblem[] {
  const plain = withoutInternals(unmark(value));
  const parsed = schema.safeParse(plain);
  if (parsed.success) return [];
  return parsed.error.issues
    .filter((issue) => !hasUnknowns(at(plain, issue.path)))
    .map((issue) => ({ property: issue.path.join("."), reason: issue.message }));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      found === null || typeof found !== "object" ? found : (found as Record<PropertyKey, unknown>)[key],
    value,
  );
}

/** Pulumi adds keys of its own, which begin with two underscores. */
function withoutInternals(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, entry]) => !key.startsWith("__") && entry !== null),
  );
}
