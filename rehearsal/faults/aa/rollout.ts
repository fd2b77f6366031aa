import { Random } from "local-aws/random";
import type { Check, CheckContext } from "../../../checks/core/check.ts";
import type { Reading } from "../../../checks/core/reading.ts";
import { findChecks } from "../../../checks/core/registry.ts";
import type { Open, Sample } from "../../../checks/logs/sample.ts";
import { Samples } from "../../../checks/logs/samples.ts";
import { type Colour, perColour } from "../../../domain/colour.ts";
import { openAfterMs } from "../../../domain/telemetry.ts";
import { modelContext, modelInputs, modelSources } from "../matrix/model-inputs.ts";
import { type Planned, type Population, type Visit, analysisTool } from "./populations.ts";

/** Checks that judge samples: all others ask about one thing at a time and have nothing to do with chance. */
const judging = ["error-share", "latency", "first-requests", "llm-failures", "live-comparison"] as const;

const weights = [5, 25, 50, 100] as const;
/** A step of the model, in milliseconds, and its users. */
const stepMs = 60_000;
const usersOfStep = 40;
/** Own analyses of a step at each slot. */
const probesOfStep = 20;
/**
 * When a step is looked at, in parts of it. Evidence counts at its highest over all answers so far, so the last look stands for all
 * before it; the early one is for the time in which live has too few answers since the step began, and its older ones count too.
 */
const looks = [0.12, 1] as const;

const candidate: Colour = "green";
const start = 1_767_225_600_000;

/** A rollout of a release identical to live that was rolled back. */
export interface FalseAlarm {
  readonly seed: number;
  readonly weight: number;
  readonly check: string;
  readonly why: string;
}

/** Plays one rollout of a release identical to live, on one population; null: it was kept. */
export async function playIdentical(population: Population, seed: number): Promise<FalseAlarm | null> {
  const random = new Random(seed);
  const requests = requestsOf(population, random);
  const samples = new Samples();
  let next = 0;
  for (const [step, weight] of weights.entries())
    for (const part of looks) {
      const now = start + (step + part) * stepMs;
      for (; next < requests.length && (requests[next] as Sample).at <= now; next += 1)
        samples.add(requests[next] as Sample);
      tellOpen(samples, requests, now, next);
      const alarm = await look(contextAt(samples, now, start + step * stepMs));
      if (alarm !== null) return { seed, weight, check: alarm.check, why: alarm.why };
    }
  return null;
}

async function look(context: CheckContext): Promise<Reading | null> {
  for (const check of checks) {
    const reading = await check.read(context);
    if (reading.verdict === "fail") return reading;
  }
  return null;
}

const checks: readonly Check[] = findChecks(judging, {});
const inputs = modelInputs("streamable");
const sources = modelSources({});
const base = {
  ...modelContext(inputs),
  // Time limits never end by themselves.
  sleep: () => new Promise<void>(() => undefined),
  slot: candidate,
  sources,
  logs: perColour(() => null),
  rolloutSince: start,
} as const;

const contextAt = (samples: Samples, now: number, since: number): CheckContext => ({
  ...base,
  samples,
  since,
  now: () => now,
});

/** Everything that users and own probes ask in one rollout, by its end. */
function requestsOf(population: Population, random: Random): Sample[] {
  const found: Sample[] = [];
  for (const [step, weight] of weights.entries()) {
    for (let user = 0; user < usersOfStep; user += 1)
      found.push(...visited(population.visit(random), { step, user, weight, random }));
    for (const slot of ["blue", "green"] as const) found.push(...probed(slot, step, random));
  }
  return found.sort((a, b) => a.at - b.at);
}

function visited(
  visit: Visit,
  { step, user, weight, random }: { step: number; user: number; weight: number; random: Random },
): Sample[] {
  const session = `${step}-${user}`;
  const began = start + (step + random.next()) * stepMs;
  const drawn = () => (random.chance(weight / 100) ? "green" : "blue");
  const own = drawn();
  let since = began;
  return visit.requests.map((planned): Sample => {
    since += planned.afterMs;
    const slot = visit.isSession ? own : drawn();
    const ofSession = { session, sessionAt: began, begun: visit.begun };
    const sample = sampleOf(planned, slot, since + planned.takesMs);
    since += planned.takesMs;
    return visit.isSession ? { ...sample, ...ofSession } : sample;
  });
}

function sampleOf({ method, tool, outcome, cause, takesMs }: Planned, slot: Colour, at: number): Sample {
  const analysis = tool === analysisTool;
  const told = cause === "" ? {} : { detail: cause };
  const nobody = { session: null, sessionAt: null, begun: null };
  return { slot, method, tool, analysis, from: "user", ...nobody, at, outcome, latencyMs: takesMs, ...told };
}

function probed(slot: Colour, step: number, random: Random): Sample[] {
  return Array.from({ length: probesOfStep }, (_, nth): Sample => {
    const at = start + (step + (nth + random.next()) / probesOfStep) * stepMs;
    const analysis = nth % 10 !== 0;
    const asked = analysis
      ? { method: "tools/call", tool: analysisTool }
      : { method: "tools/list", tool: null };
    const latencyMs = (analysis ? 300 : 6) * (0.6 + 0.8 * random.next());
    const of = { session: null, sessionAt: null, begun: null, outcome: "ok", from: "probe" } as const;
    return { slot, ...asked, analysis, ...of, at, latencyMs };
  });
}

/** What has come and not ended: those that came before `now` and end after it. */
function tellOpen(samples: Samples, requests: readonly Sample[], now: number, from: number): void {
  const open = new Map<string, Open>();
  for (let index = from; index < requests.length; index += 1) {
    const request = requests[index] as Sample;
    const since = request.at - request.latencyMs;
    if (since > now - openAfterMs || request.from !== "user") continue;
    const { at: _at, latencyMs: _latencyMs, outcome: _outcome, detail: _detail, ...asked } = request;
    open.set(String(index), { ...asked, since });
  }
  for (const slot of ["blue", "green"] as const) {
    const own = new Map([...open].filter(([, one]) => one.slot === slot));
    samples.waits(slot, "task", now, own);
  }
}
