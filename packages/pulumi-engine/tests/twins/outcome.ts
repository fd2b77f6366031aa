import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, RunResult, StepInfo, Verb } from "../../src/engine/events.ts";
import { isSecret, isMap } from "../../src/engine/properties.ts";
import type { PropertyValue } from "../../src/engine/provider.ts";
import type { ResourceState } from "../../src/engine/state/resource.ts";
import type { Outcome } from "./situation.ts";

/** An operation that began and did not end, as either engine keeps it. */
export interface Pending {
  type: string;
  urn?: string;
  resource?: { urn: string };
}

/** What there is to see after a command. */
export interface Seen {
  verb: Verb;
  /** A preview of a refresh plans as a preview does. */
  looks: boolean;
  events: readonly EngineEvent[];
  /** Null: it was killed before it had one. */
  result: Pick<RunResult, "exitCode" | "changes" | "diagnostics"> | null;
  resources: readonly ResourceState[];
  pending: readonly Pending[];
  /** The folder of the plugin's cloud. */
  cloud: string;
}

const isPlain = ({ type, op }: StepInfo): boolean => op !== "same" && !type.startsWith("pulumi:");

/** What of it can be compared. Takes the notes of the plugin's calls with it. */
export function outcomeOf({ looks, events, result, resources, pending, cloud }: Seen): Outcome {
  const phase = looks ? "planned" : "done";
  const done = events
    .filter((event) => event.kind === "step")
    .filter((step) => step.phase === phase && isPlain(step));
  const { exitCode = null, changes = {}, diagnostics = [] } = result ?? {};
  return {
    exitCode,
    changes,
    steps: result ? done.map(({ op, name }) => `${op} ${name}`).toSorted() : [],
    order: looks || !result ? [] : orderOf(done, resources),
    said: diagnostics.flatMap(said).toSorted(),
    calls: callsNoted(join(cloud, "calls.jsonl")),
    state: Object.fromEntries(
      resources.filter(isOurs).map((resource) => [keyOf(resource), compared(resource)]),
    ),
    pending: pending.map(({ type, urn, resource }) => `${type} ${urn ?? resource?.urn}`),
    cloud: thingsIn(cloud),
  };
}

/** The CLI says besides that the operation failed, and writes `error:` before a sentence that has it already. */
function said({ severity, message }: RunResult["diagnostics"][number]): string[] {
  const [first = ""] = message.replace(/^error: /, "").split("\n");
  return /^(?:preview|update|refresh|destroy) failed$/.test(first) ? [] : [`${severity}: ${first}`];
}

/** Which of two things came first, where one names the other. */
function orderOf(done: readonly StepInfo[], resources: readonly ResourceState[]): string[] {
  const at = (urn: string) => done.findIndex((step) => step.urn === urn);
  const pairs = resources.flatMap(({ urn, dependencies }) =>
    dependencies.map((needed) => [at(urn), at(needed)] as const),
  );
  return pairs
    .filter(([one, other]) => one >= 0 && other >= 0)
    .map(([one, other]) => [done[Math.min(one, other)], done[Math.max(one, other)]] as const)
    .map(([before, after]) => `${before?.op} ${before?.name} before ${after?.op} ${after?.name}`)
    .toSorted();
}

const isOurs = ({ type }: ResourceState): boolean => !type.startsWith("pulumi:providers:");
const keyOf = ({ urn, delete: waits }: ResourceState): string =>
  waits === true ? `${urn} to be deleted` : urn;

/** What of a resource both keep: no times, no places in the source, and a provider by its package alone. */
function compared(resource: ResourceState): unknown {
  const { custom, id, inputs, outputs, parent, dependencies, propertyDependencies, protect } = resource;
  const { retainOnDelete, initErrors, additionalSecretOutputs, customTimeouts, pendingReplacement } =
    resource;
  const kept = {
    custom,
    id,
    parent,
    protect,
    retainOnDelete,
    initErrors,
    additionalSecretOutputs,
    customTimeouts,
    pendingReplacement,
  };
  return JSON.parse(
    JSON.stringify({
      ...kept,
      inputs: opened(inputs),
      outputs: opened(outputs),
      dependencies: dependencies.toSorted(),
      propertyDependencies: full(propertyDependencies),
    }),
  );
}

/** Without properties that depend on nothing. */
const full = (of: Record<string, string[] | null>): object =>
  Object.fromEntries(Object.entries(of).filter(([, urns]) => urns !== null && urns.length > 0));

/** Secrets as `{secret: VALUE}`, however they are kept. */
function opened(value: PropertyValue | undefined): unknown {
  if (value === undefined) return {};
  if (isSecret(value))
    return { secret: "plaintext" in value ? JSON.parse(value["plaintext"] as string) : opened(value.value) };
  if (Array.isArray(value)) return value.map((inner) => opened(inner));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
}

/** By thing, in their order; calls about no thing under their method. */
function callsNoted(file: string): Record<string, unknown[]> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return {}; // the plugin was not started
  }
  rmSync(file);
  const calls = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { method: string; urn?: string });
  return Object.groupBy(calls, ({ method, urn }) => urn?.split("::").at(-1) ?? method) as Record<
    string,
    unknown[]
  >;
}

/** Takes the plugin's marks with it. */
function thingsIn(cloud: string): Record<string, unknown> {
  for (const name of readdirSync(cloud).filter((one) => one.endsWith(".mark"))) rmSync(join(cloud, name));
  const names = readdirSync(cloud).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    names.toSorted().map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(cloud, name), "utf8"))]),
  );
}
