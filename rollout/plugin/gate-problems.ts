import { type GateFacts, validateGate } from "../../checks/core/registry.ts";
import { switchInputs } from "../../domain/inputs.ts";
import type { Plan } from "../../domain/plan.ts";
import { hasUnknowns, unmark } from "./inputs.ts";

const { plan, commands, alarms, logGroups, thresholds } = switchInputs.shape;

/**
 * What is wrong with the gates' checks, own ones included, as soon as the gates' own inputs are known: the preview of an
 * empty stack knows little else. Inputs that are malformed are told of by `inputProblems`.
 */
export function gateProblems(news: unknown): { property: string; reason: string }[] {
  const inputs = unmark(news) as Record<string, unknown>;
  const planned = known(plan, inputs["plan"]);
  const named = known(commands, inputs["commands"]);
  if (planned === undefined || named === undefined) return [];
  const facts: GateFacts = {
    commands: named,
    alarms: known(alarms, inputs["alarms"]),
    logGroups: known(logGroups, inputs["logGroups"]),
    thresholds: known(thresholds, inputs["thresholds"]),
  };
  const { advisory } = planned;
  const ofGates = gatesOf(planned).flatMap(([property, names]) =>
    [...validateGate(names, facts), ...undecided(names, advisory)].map((reason) => ({ property, reason })),
  );
  const ofAdvisory = advisory.length === 0 ? [] : validateGate(advisory, facts);
  return [...ofGates, ...ofAdvisory.map((reason) => ({ property: "plan.advisory", reason }))];
}

/** A gate of which every check only advises would pass whatever users meet. */
const undecided = (names: readonly string[], advisory: readonly string[]): string[] =>
  names.length > 0 && names.every((name) => advisory.includes(name))
    ? [`every check of it only advises: leave at least one of ${names.join(", ")} out of plan.advisory`]
    : [];

/** Every gate that the plan names, with its path in the inputs. */
function gatesOf({ gate, candidateGate, steps }: Plan): [string, string[]][] {
  const all: [string, string[] | undefined][] = [
    ["plan.gate", gate],
    ["plan.candidateGate", candidateGate],
    ...steps.map((step, index): [string, string[] | undefined] => [`plan.steps[${index}].gate`, step.gate]),
  ];
  return all.flatMap(([property, names]) => (names === undefined ? [] : [[property, names]]));
}

/** An input as its schema reads it; undefined while any of it is unknown, or when it is malformed. */
function known<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  value: unknown,
): T | undefined {
  if (hasUnknowns(value)) return undefined;
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
