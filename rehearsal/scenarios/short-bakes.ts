import { stepsOf } from "./evidence.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** The usual load shows a step at 25 % to be good in about 20 s; a machine at a fifth of its pace in less than two minutes. */
const leastMs = 3_000;
const mostMs = 120_000;
const bake = { min: `${leastMs / 1_000}s`, max: `${mostMs / 1_000}s` };
const steps = [
  { weight: 25, bake },
  { weight: 100, bake },
];

/** The scenario of bakes between a least and a longest time, which end with the evidence. */
export const shortBakes: Scenario = {
  name: "short-bakes",
  promise: "Where users ask enough, a step passes once they have shown it to be good, and not at its end.",
  usual: false,
  releaseIsGood: true,
  async run(play) {
    await play.mustUp("blue goes live");
    await play.startLoad();
    const moved = await play.mustUp("green is deployed and takes over in two steps", {
      ...greenRelease(play.stage.config),
      rollout: { steps },
      greenWeight: 100,
    });
    const tally = await play.stopLoad();
    const walked = stepsOf(await play.evidence(), "green");
    const live = moved.outputs["live"]?.value;
    return {
      outcome: live === "green" ? "promoted" : "held",
      held: [
        held("green is live", live === "green", `live is ${JSON.stringify(live)}`),
        held("both steps were walked", walked.length === steps.length, `${walked.length} steps`),
        ...walked.map(({ weight, from, to }) =>
          held(
            `${weight} % is held for its least time, and not for its longest`,
            to - from >= leastMs && to - from < mostMs,
            `${((to - from) / 1_000).toFixed(1)} s, between ${bake.min} and ${bake.max}`,
          ),
        ),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
      ],
    };
  },
};
