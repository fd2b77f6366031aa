import type { SwitchRecord } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import type { Observation } from "../../rollout/guardian/guarding.ts";
import type { GuardianPorts } from "../../rollout/guardian/ports.ts";
import type { LiveRule } from "../../rollout/policy/live-rule.ts";
import { quiet } from "./quiet.ts";
import { a, b, now } from "./situation.ts";

export const blue = weightsFor("blue", 100);
export const green = weightsFor("green", 100);
export const rule = (weights: Weights): LiveRule => ({ weights, foreign: [] });

export const observation = (over: Partial<Observation> = {}): Observation => ({
  now,
  alarms: [],
  candidateAlarms: [],
  healthy: { blue: 2, green: 2 },
  running: { blue: ["task:a"], green: ["task:b"] },
  sessions: { blue: 0, green: 0 },
  previousProbe: null,
  ...over,
});

/** Green was promoted; blue is one weight flip away. */
export const promoted: Partial<SwitchRecord> = {
  live: "green",
  weights: green,
  previous: { colour: "blue", release: a, taskDefinition: "task:a", until: now + 3_600_000 },
};
/** A rollout at 25 % whose process died. */
export const abandoned: Partial<SwitchRecord> = {
  weights: weightsFor("green", 25),
  lease: { owner: "ci", since: now - 120_000, until: now - 1 },
  rollout: {
    id: "r",
    candidate: "green",
    release: b,
    asked: 100,
    rollbackTarget: blue,
    startedAt: now,
    tried: [],
    passed: [],
  },
};

/** A guardian over quiet ports, with what it told and published. */
export function guardian(over: Partial<SwitchRecord>, seen: Partial<Observation> = {}) {
  const made = quiet(over);
  const told: string[] = [];
  const published: Weights[] = [];
  const guardianPorts: GuardianPorts = {
    left: () => 50_000,
    look: () => Promise.resolve(observation({ now: made.time.now, ...seen })),
    running: (of) => Promise.resolve(observation().running[of]),
    page: (subject, text) => Promise.resolve(void told.push(`${subject}: ${text}`)),
    publish: (of) => Promise.resolve(void published.push(of.weights)),
  };
  return { ...made, guardianPorts, told, published };
}

export const expired = (time: number): Partial<SwitchRecord> => ({
  ...abandoned,
  lease: { owner: "ci", since: time - 120_000, until: time - 1 },
});
