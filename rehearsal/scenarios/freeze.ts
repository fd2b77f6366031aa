import { iso } from "../../domain/iso.ts";
import { shortened } from "../../domain/wrapped.ts";
import { describeFailure } from "./failure.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

const hourMs = 3_600_000;
const why = "the payment provider ends its old API today";

/** The scenario of a cutover in a freeze: refused, then let through with a reason, then taken back without one. */
export const freeze: Scenario = {
  name: "freeze",
  promise:
    "In a freeze no traffic moves to a candidate but by a reason that is recorded; the way back is free.",
  usual: false,
  releaseIsGood: true,
  engines: ["embedded", "pulumi"],
  async run(play) {
    await play.mustUp("blue goes live");
    await play.startLoad();
    const time = (ms: number) => iso(Date.now() + ms);
    const freezes = [{ name: "the holidays", from: time(-hourMs), until: time(hourMs) }];
    const steps = [{ weight: 100, bake: "4s" }];
    const refused = await play.up("green is deployed in a freeze, greenWeight 100", {
      ...greenRelease(play.stage.config),
      rollout: { steps, freezes },
      greenWeight: 100,
    });
    const early = await movesTo("green");
    const throughFreeze = { until: time(hourMs), why };
    const through = await play.mustUp("the same, with a reason", {
      rollout: { steps, freezes, throughFreeze },
    });
    // The exception has ended: only the way back is free now.
    const ended = { rollout: { steps, freezes, throughFreeze: { until: time(-1), why } } };
    const back = await play.mustUp("greenWeight 0, still in the freeze", { ...ended, greenWeight: 0 });
    const lines = await play.evidence();
    const tally = await play.stopLoad();
    const said = describeFailure(refused);
    const decided = lines.flatMap((line) => (line.kind === "decided" ? [line.summary] : []));
    return {
      outcome: "rolled-back",
      held: [
        held(
          "up is refused and names the freeze",
          !refused.ok && said.includes('"the holidays" is on'),
          shortened(said, 90),
        ),
        held("no weight moved", early === 0, `${early} shifts`),
        held(
          "with a reason green goes live",
          through.outputs["live"]?.value === "green",
          JSON.stringify(through.outputs["live"]?.value),
        ),
        held(
          "the evidence has the reason",
          decided.some((text) => text.includes(why)),
          `${decided.length} decisions`,
        ),
        held(
          "blue is live again",
          back.outputs["live"]?.value === "blue",
          JSON.stringify(back.outputs["live"]?.value),
        ),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
      ],
    };

    async function movesTo(colour: "green"): Promise<number> {
      const found = await play.evidence();
      return found.filter((line) => line.kind === "proved" && line.weights[colour] > 0).length;
    }
  },
};
