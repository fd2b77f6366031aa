import type { SwitchInputs } from "../../domain/inputs.ts";
import { alarms } from "../gate/alarms.ts";
import { catalogue } from "../gate/catalogue.ts";
import { commandCheck } from "../gate/command.ts";
import { errorShare } from "../gate/error-share.ts";
import { firstRequests } from "../gate/first-requests.ts";
import { latency } from "../gate/latency.ts";
import { liveComparison } from "../gate/live-comparison.ts";
import { llmFailures } from "../gate/llm-failures.ts";
import { logErrors } from "../gate/log-errors.ts";
import { targetHealth } from "../gate/target-health.ts";
import { alarmsWired } from "../preflight/alarms-wired.ts";
import { backupKept } from "../preflight/backup-kept.ts";
import { documentationPublished } from "../preflight/documentation-published.ts";
import { integrationTests } from "../preflight/integration-tests.ts";
import { metricsInRange } from "../preflight/metrics-in-range.ts";
import { noCriticalBugs } from "../preflight/no-critical-bugs.ts";
import { onCallAssigned } from "../preflight/on-call-assigned.ts";
import { performanceBenchmark } from "../preflight/performance-benchmark.ts";
import { rollbackRehearsed } from "../preflight/rollback-rehearsed.ts";
import { secretsPresent } from "../preflight/secrets-present.ts";
import { stagingClean } from "../preflight/staging-clean.ts";
import { stakeholderApproval } from "../preflight/stakeholder-approval.ts";
import { subscribersConfirmed } from "../preflight/subscribers-confirmed.ts";
import { teamNotified } from "../preflight/team-notified.ts";
import { incidentWritten } from "../rollback/incident-document.ts";
import { liveServesAll } from "../rollback/live-serves-all.ts";
import { rollbackInTime } from "../rollback/rollback-in-time.ts";
import { teamTold } from "../rollback/team-told.ts";
import { analysisWorks } from "../smoke/analysis.ts";
import { candidateRelease } from "../smoke/candidate-release.ts";
import { hubReady } from "../smoke/hub-ready.ts";
import { sessionIsolation } from "../smoke/session-isolation.ts";
import { toolFiltering } from "../smoke/tool-filtering.ts";
import { toolListed } from "../smoke/tool-listed.ts";
import { watchAdoption } from "../watch/adoption.ts";
import { watchLatency } from "../watch/latency.ts";
import { watchLlmCost } from "../watch/llm-cost.ts";
import { watchLlmFailures } from "../watch/llm-failures.ts";
import { watchLogErrors } from "../watch/log-errors.ts";
import { watchStability } from "../watch/stability.ts";
import { watchSuccessRate } from "../watch/success-rate.ts";
import type { Check } from "./check.ts";
import { type Group, groups } from "./groups.ts";
import { isModulePath, loadOwnCheck } from "./own-check.ts";

/** Every built-in check, group by group. */
export const builtInChecks: readonly Check[] = [
  stagingClean,
  integrationTests,
  performanceBenchmark,
  metricsInRange,
  noCriticalBugs,
  secretsPresent,
  alarmsWired,
  subscribersConfirmed,
  rollbackRehearsed,
  documentationPublished,
  teamNotified,
  onCallAssigned,
  stakeholderApproval,
  backupKept,
  hubReady,
  toolListed,
  analysisWorks,
  toolFiltering,
  sessionIsolation,
  candidateRelease,
  targetHealth,
  catalogue,
  errorShare,
  latency,
  firstRequests,
  llmFailures,
  logErrors,
  alarms,
  liveComparison,
  watchSuccessRate,
  watchLatency,
  watchLlmFailures,
  watchLogErrors,
  watchAdoption,
  watchLlmCost,
  watchStability,
  liveServesAll,
  rollbackInTime,
  incidentWritten,
  teamTold,
];

/** Groups whose checks judge a slot that is being rolled out; the others' look at what was done before or came after. */
const gateGroups: readonly Group[] = ["smoke", "gate"];

/** Names of built-in checks valid in a plan's gates; configured commands and paths of own checks are valid as well. */
const knownChecks: readonly string[] = builtInChecks
  .filter((check) => gateGroups.includes(check.group))
  .map((check) => check.name);

/** CloudWatch evaluates an alarm once a minute and wants two bad minutes of three: a shorter bake cannot be judged by one. */
const shortestBakeForAlarmsMs = 180_000;

/** Inputs of the switch that the gates depend on where a plan names none. */
export type GateInputs = Pick<SwitchInputs, "alarms" | "commands" | "logErrorPatterns" | "logGroups">;

/** The gate of the candidate at weight 0, where a plan names none. */
export function defaultCandidateGate(_inputs: GateInputs): string[] {
  return ["target-health", "hub-ready", "tool-listed", "catalogue", "analysis", "candidate-release"];
}

/** The gate of a step, where a plan names none: what has a source and can be judged within the bake (milliseconds). */
export function defaultGate(inputs: GateInputs, bakeMs: number): string[] {
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
    ...Object.keys(inputs.commands).filter((name) => !reserved.includes(name)),
  ];
}

/** Commands that built-in preflight checks run; no gate runs them by itself. */
const reserved: readonly string[] = ["integration", "bugs"];

/** Finds the checks of a group, a check's name, a configured command or a module's path; throws a sentence with what there is. */
export function findChecks(names: readonly string[], commands: Readonly<Record<string, unknown>>): Check[] {
  return names.map((name) => findCheck(name, commands));
}

function findCheck(name: string, commands: Readonly<Record<string, unknown>>): Check {
  const found = builtInChecks.find((check) => check.name === name);
  if (found) return found;
  if (isModulePath(name)) return loadOwnCheck(name);
  if (Object.hasOwn(commands, name)) return commandCheck(name);
  throw new Error(unknownCheck(name, commands));
}

/** Whether a name is that of a group. */
export function isGroup(name: string): name is Group {
  return (groups as readonly string[]).includes(name);
}

/** What of the switch's inputs says whether a gate can judge; what a preview does not know yet is undefined. */
export type GateFacts = Pick<SwitchInputs, "commands"> & {
  [Key in "alarms" | "logGroups" | "thresholds"]: SwitchInputs[Key] | undefined;
};

/**
 * What is wrong with a gate, one sentence each; empty when nothing is. Loads own checks to see that they are whole; what
 * is not known yet is not judged.
 */
export function validateGate(names: readonly string[], facts: GateFacts): string[] {
  if (names.length === 0) return ["a gate without checks judges nothing: name at least one, or leave it out"];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...twice.map((name) => `the check ${name} is named twice`),
    ...[...new Set(names)].flatMap((name) => problemsOf(name, facts)),
  ];
}

function problemsOf(name: string, { commands, alarms, logGroups, thresholds }: GateFacts): string[] {
  let check: Check;
  try {
    check = findCheck(name, commands);
  } catch (error) {
    return [(error as Error).message];
  }
  if (!gateGroups.includes(check.group))
    return [
      `the check ${name} belongs to ${check.group} and judges no step: gates take ${knownChecks.join(", ")}`,
    ];
  const problems: string[] = [];
  if (check.needs.includes("alarms") && alarms && (!alarms.blue.length || !alarms.green.length))
    problems.push(`the check ${name} needs alarms for both colours, and none are configured`);
  if (check.needs.includes("log-groups") && logGroups && !hasLogs({ logGroups }))
    problems.push(`the check ${name} needs log groups for both colours`);
  if (thresholds && !Number.isFinite(check.minimumSamples(thresholds)))
    problems.push(
      `the check ${name} can never pass with the limit ${check.limitText(thresholds)}: no number of answers shows it`,
    );
  return problems;
}

const hasLogs = ({ logGroups }: Pick<SwitchInputs, "logGroups">) =>
  logGroups.blue !== "" && logGroups.green !== "";

function unknownCheck(name: string, commands: Readonly<Record<string, unknown>>): string {
  const known = [...builtInChecks.map((check) => check.name), ...Object.keys(commands)].join(", ");
  return `there is no check named ${name}; there are: ${known}`;
}
