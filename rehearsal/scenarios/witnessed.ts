import { setTimeout as sleep } from "node:timers/promises";
import { colours } from "../../domain/colour.ts";
import type { AccessLine, CountsLine } from "../../domain/telemetry.ts";
import { type Stage, logGroupsOf } from "../stage/index.ts";
import { type Comparison, compare } from "../witness/compare.ts";
import type { Sight } from "../witness/sight.ts";
import type { Witness } from "../witness/witness.ts";
import { type Held, held } from "./result.ts";
import type { Routed } from "./routed.ts";

/** Share of the requests of which users and sidecars may say something else: those at the edge of a time limit. */
const mostApart = 0.01;
/** The sidecar hands its lines on within a second; on a busy machine later. */
const patienceMs = 5_000;

/**
 * That what users saw is what the gates counted.
 * @param where what of a scenario it was, when it has several loads
 */
export async function sameAsCounted(stage: Stage, { sights }: Witness, where?: string): Promise<Held> {
  return promise(await settled(stage, sights), where === undefined ? "" : `, ${where}`);
}

/** Looks until nothing is missing, or for as long as a line may take. */
async function settled(stage: Stage, sights: readonly Sight[]): Promise<Comparison> {
  const killed = killedTasks(stage);
  for (const until = Date.now() + patienceMs; ;) {
    const comparison = compare(
      sights,
      accessLines(stage),
      (task) => killed.has(portOf(task)),
      countedIn(stage),
    );
    if (comparison.apart === 0 || Date.now() > until) return comparison;
    await sleep(500);
  }
}

function promise({ compared, apart, examples, unseen, ...rest }: Comparison, where: string): Held {
  const figures = `${apart} of ${compared} apart, ${rest.neverArrived} never arrived, ${rest.taskGone} of killed tasks, ${rest.inFlight} in flight${rest.onlyCounted > 0 ? `, ${rest.onlyCounted} only counted` : ""}`;
  const told = unseen.length === 0 ? "" : `; no line tells of ${unseen.join(", ")}`;
  const first = examples[0] === undefined ? "" : `; first: ${examples[0]}`;
  return held(
    `what users saw is what the gates counted${where}`,
    compared > 0 && apart <= compared * mostApart && unseen.length === 0,
    `${figures}${told}${first}`,
  );
}

/**
 * Where each request was: by its answer, or, where no hub answered its user, by the line that tells of it, or by the slot that the
 * balancer chose for it, and had to turn it away from.
 */
export function whereabouts(
  stage: Stage,
  routed: ReadonlyMap<string, Routed>,
): (sight: Sight) => string | null {
  const slots = new Map(accessLines(stage).map(({ id, slot }) => [String(id), slot]));
  return ({ slot, id, traceId }) => slot ?? slots.get(id ?? "") ?? routed.get(traceId)?.slot ?? null;
}

/** Every access line of both slots, the oldest first. */
export const accessLines = (stage: Stage): AccessLine[] => linesOf<AccessLine>(stage, "access");

/** How many good requests tasks only counted: a rehearsal that lasts for long has some that are busy. */
function countedIn(stage: Stage): number {
  const kinds = linesOf<CountsLine>(stage, "counts").flatMap(({ counted }) => counted);
  return kinds.reduce((sum, { outcome, requests }) => sum + (outcome === "ok" ? requests : 0), 0);
}

const linesOf = <L extends { readonly type: string }>({ aws }: Stage, type: L["type"]): L[] =>
  colours.flatMap((colour) =>
    aws.logs
      .lines(logGroupsOf(colour).sidecar)
      .filter((line) => line.startsWith(`{"type":"${type}"`))
      .map((line) => JSON.parse(line) as L),
  );

/** Ports of sidecars that were killed instead of ending by themselves: what they had not handed on yet is gone. */
function killedTasks({ aws }: Stage): ReadonlySet<string> {
  const containers = [...aws.ecs.state.tasks.values()].flatMap(({ task }) => task?.containers ?? []);
  const killed = containers.filter(({ exitCode, signal }) => signal === "SIGKILL" || exitCode === 137);
  return new Set(killed.flatMap(({ ports }) => ports.map(({ hostPort }) => String(hostPort))));
}

const portOf = (task: string) => task.slice(task.lastIndexOf(":") + 1);
