import type { Today } from "../../checks/core/traffic.ts";
import { perColour } from "../../domain/colour.ts";
import { iso } from "../../domain/iso.ts";
import { type SwitchRecord, slotsOf } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { type HubConfig, parseConfig } from "../../infra/config.ts";
import { guard } from "../../infra/guards.ts";
import { planFactsOf } from "../../infra/plan-facts.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { switchRequestOf } from "../../infra/switch-request.ts";
import { buildPlan } from "../../plan/build.ts";
import type { PlanDocument } from "../../plan/document.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { answerOf, nothingYet } from "../../rollout/plugin/preview.ts";
import { production } from "../infra/program.ts";
import { now, record } from "../rollout/situation.ts";

const place = { project: "hub", stack: "production", region: "us-east-1", profile: undefined };
const hour = 3_600_000;

/** An hour of a hub that is used: twenty requests a second, a session every three seconds. */
const busy: Today = {
  traffic: { from: now - hour, to: now, requests: 72_000, analyses: 9_000, sessions: 1_200 },
  trafficUnknown: "",
  firing: [],
};
const quiet: Today = {
  traffic: { from: now - hour, to: now, requests: 120, analyses: 12, sessions: 3 },
  trafficUnknown: "",
  firing: [],
};

/** What is deployed, what is asked, and what goes on in the account. */
interface Asked {
  /** Laid over the production example: what the last `up` asked for. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** Laid over that: what this one asks for. */
  readonly asks: Readonly<Record<string, unknown>>;
  readonly deployed?: boolean;
  readonly over?: (releases: Record<"blue" | "green", string>) => Partial<SwitchRecord>;
  readonly today?: Today;
}

/** Another image of the hub, by digest. */
const otherImage = { image: `ghcr.io/example/mcp-hub@sha256:${"e".repeat(64)}` };

const releasesOf = (config: HubConfig) => perColour((colour) => releaseNameOf(config, colour));

/** Green went live ten minutes ago, and blue is what it replaced. */
const promoted = (releases: Record<"blue" | "green", string>): Partial<SwitchRecord> => ({
  live: "green",
  liveSince: now - 600_000,
  weights: weightsFor("green", 100),
  previous: { colour: "blue", release: releases.blue, taskDefinition: "task:a", until: now + 23 * hour },
});

/** A freeze that is on. */
const theHolidays = { name: "the holidays", from: iso(now - hour), until: iso(now + 48 * hour) };

/** A quarter of the users, and then a person decides. */
const asking = [
  { weight: 5, bake: "5m" },
  { weight: 25, bake: "5m", approval: { within: "8h" } },
  { weight: 100, bake: "15m" },
];

/** Every situation that a plan is shown of, by the name of its golden files. */
export const situations: Readonly<Record<string, Asked>> = {
  "first-deployment": { asks: {}, deployed: false },
  "new-candidate": { asks: { green: otherImage } },
  "cut-over": { asks: { greenWeight: 100 } },
  "partial-weight": { asks: { greenWeight: 30 } },
  rollback: { before: { greenWeight: 100 }, asks: { greenWeight: 0 }, over: promoted },
  "rollback-after-the-window": {
    before: { greenWeight: 100 },
    asks: { greenWeight: 0 },
    over: (releases) => ({ ...promoted(releases), liveSince: now - 48 * hour, previous: null }),
  },
  "refused-change-of-live": { asks: { blue: otherImage } },
  "accepted-change-of-live": { asks: { blue: otherImage, rollout: { allowLiveChange: true } } },
  "settings-of-the-stack": {
    asks: { greenWeight: 100, hub: { tool: "hub__other" }, sidecar: { image: otherImage.image } },
  },
  "settings-of-both-colours-at-once": { asks: { sidecar: { signingSecret: "hub/other-signing" } } },
  "target-groups-made-anew": { asks: { sidecar: { port: 9_090 } } },
  "too-little-traffic": {
    asks: {
      greenWeight: 100,
      hub: { logErrorPatterns: [] },
      rollout: {
        steps: [
          { weight: 10, bake: "5m" },
          { weight: 100, bake: "15m", gate: ["error-share", "log-errors"] },
        ],
      },
    },
    today: quiet,
  },
  freeze: { asks: { greenWeight: 100, rollout: { freezes: [theHolidays] } } },
  "through-a-freeze": {
    asks: {
      greenWeight: 100,
      rollout: {
        freezes: [theHolidays],
        throughFreeze: { until: iso(now + hour), why: "the payment provider ends its old API today" },
      },
    },
  },
  approval: { asks: { greenWeight: 100, rollout: { steps: asking } } },
  paused: {
    before: { greenWeight: 100, rollout: { steps: asking } },
    asks: {},
    over: (releases) => ({
      inputs: { ...(record().inputs as NonNullable<SwitchRecord["inputs"]>), stack: place.stack },
      weights: weightsFor("green", 25),
      rollout: {
        id: "r",
        candidate: "green",
        release: releases.green,
        asked: 100,
        rollbackTarget: weightsFor("blue", 100),
        startedAt: now - 2 * hour,
        tried: [],
        passed: [5, 25],
        waits: { weight: 25, since: now - hour, until: now + 7 * hour, otherwise: "rollback", answer: null },
      },
    }),
  },
  "alarm-firing": {
    asks: { greenWeight: 100 },
    today: {
      ...busy,
      firing: [
        {
          name: "hub-production-blue-error-rate",
          reason: "Threshold Crossed: 2 of the last 3 datapoints were greater than the threshold (5.0).",
        },
      ],
    },
  },
};

/** The plan of a situation, with the record that it was decided on. */
export function planOf({ before = {}, asks, deployed = true, over, today = busy }: Asked): PlanDocument {
  const was = parseConfig(layConfig({ ...production }, before));
  const config = parseConfig(layConfig(layConfig({ ...production }, before), asks));
  const releases = releasesOf(was);
  const { origins } = switchRequestOf(was, place);
  const taskDefinitions = { blue: "task:blue", green: "task:green" };
  const slots = slotsOf({ releases, taskDefinitions, ...(origins ? { origins } : {}) });
  const verified = { colour: "green" as const, release: releases.green, at: now - 1_000 };
  const found = deployed ? record({ slots, verified, ...over?.(releases) }) : null;
  const request = switchRequestOf(config, place);
  const rule = found && { weights: found.weights, foreign: [] };
  const answer = answerOf({ now, record: found, rule, request }, request.question, {
    credentials: null,
    today: deployed ? today : nothingYet,
  });
  const seen = { now, basis: "what is live" };
  return buildPlan(planFactsOf(config, place, answer, guard(config, answer, now), seen));
}
