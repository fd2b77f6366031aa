import type { Goal } from "./goal.ts";
import { isSecret } from "./properties.ts";
import type { CheckFailure, PropertyMap, PropertyValue } from "./provider.ts";

/** What is wrong with the inputs of a resource, a sentence for each reason, in Pulumi's words. */
export function failureSentences(
  { type, name }: Pick<Goal, "type" | "name">,
  inputs: PropertyMap,
  failures: readonly CheckFailure[],
): string[] {
  return failures.map(({ property, reason }) =>
    property === ""
      ? `${type} resource '${name}' has a problem: ${reason}`
      : `${type} resource '${name}': property ${property} value ${shownValue(inputs[property])} has a problem: ${reason}`,
  );
}

/** As Pulumi writes a value: in braces, and a secret not at all. */
function shownValue(value: PropertyValue | undefined): string {
  if (value === undefined || value === null) return "{<nil>}";
  if (isSecret(value)) return "[secret]";
  return `{${typeof value === "object" ? JSON.stringify(value) : String(value)}}`;
}
