import type { SwitchInputs } from "../rollout/policy/inputs.ts";
import type { Check } from "./check.ts";
import { alarms } from "./gate/alarms.ts";
import { commandCheck } from "./gate/command.ts";
import { errorShare } from "./gate/error-share.ts";
import { firstRequests } from "./gate/first-requests.ts";
import { latency } from "./gate/latency.ts";
import { liveComparison } from "./gate/live-comparison.ts";
import { llmFailures } from "./gate/llm-failures.ts";
import { logErrors } from "./gate/log-errors.ts";
import { targetHealth } from "./gate/target-health.ts";
import { analysisWorks } from "./smoke/analysis.ts";
import { candidateRelease } from "./smoke/candidate-release.ts";
import { hubReady } from "./smoke/hub-ready.ts";
import { toolListed } from "./smoke/tool-listed.ts";

/** Every built-in check, in the order in which `--list` shows them. */
export const builtInChecks: readonly Check[] = [
  hubReady,
  toolListed,
  analysisWorks,
  candidateRelease,
  targetHealth,
  errorShare,
  latency,
  firstRequests,
  llmFailures,
  logErrors,
  alarms,
  liveComparison,
];

/** Names valid in a plan's gates; the names of the configured commands are valid as well. */
export const knownChecks: readonly string[] = builtInChecks.map((check) => check.name);

/** CloudWatch evaluates an alarm once a minute and wants two bad minutes of three: a shorter bake cannot be judged by one. */
const shortestBakeForAlarmsMs = 180_000;

/** The gate of the candidate at weight 0, where a plan names none. */
export function defaultCandidateGate(_inputs: SwitchInputs): string[] {
  return ["target-health", "hub-ready", "tool-listed", "analysis", "candidate-release"];
}

/** The gate of a step, where a plan names none: what has a source and can be judged within the bake (milliseconds). */
export function defaultGate(inputs: SwitchInputs, bakeMs: number): string[] {
  const hasAlarms = inputs.alarms.blue.length > 0 && inputs.alarms.green.length > 0;
  const optional: [string, boolean][] = [
    ["log-errors", hasLogs(inputs) && inputs.logErrorPatterns.length > 0],
    ["alarms", hasAlarms && bakeMs >= shortestBakeForAlarmsMs],
  ];
  return [
    "target-health",
    "hub-ready",
    "error-share",
    "latency",
    "first-requests",
    "llm-failures",
    "live-comparison",
    ...optional.filter(([, possible]) => possible).map(([name]) => name),
    ...Object.keys(inputs.commands),
  ];
}

/** Finds the check of each name; throws a sentence with the unknown name and the known ones. */
export function findChecks(names: readonly string[], commands: Readonly<Record<string, unknown>>): Check[] {
  return names.map((name) => {
    const found = builtInChecks.find((check) => check.name === name);
    if (found) return found;
    if (Object.hasOwn(commands, name)) return commandCheck(name);
    throw new Error(unknownCheck(name, commands));
  });
}

/** What is wrong with a gate, one sentence each; empty when nothing is. */
export function validateGate(names: readonly string[], inputs: SwitchInputs): string[] {
  if (names.length === 0) return ["a gate without checks judges nothing: name at least one, or leave it out"];
  const problems = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `the check ${name} is named twice`);
  for (const name of new Set(names)) {
    const check = builtInChecks.find((of) => of.name === name);
    if (!check && !Object.hasOwn(inputs.commands, name)) problems.push(unknownCheck(name, inputs.commands));
    if (check?.needs.includes("alarms") && (!inputs.alarms.blue.length || !inputs.alarms.green.length))
      problems.push(`the check ${name} needs alarms for both colours, and none are configured`);
    if (check?.needs.includes("log-groups") && !hasLogs(inputs))
      problems.push(`the check ${name} needs log groups for both colours`);
  }
  return problems;
}

const hasLogs = (inputs: SwitchInputs) => inputs.logGroups.blue !== "" && inputs.logGroups.green !== "";

function unknownCheck(name: string, commands: Readonly<Record<string, unknown>>): string {
  const known = [...knownChecks, ...Object.keys(commands)].join(", ");
  return `there is no check named ${name}; there are: ${known}`;
}
