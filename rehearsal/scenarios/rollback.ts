import { rehearsalSteps } from "../stage/config.ts";
import { stepsOf } from "./evidence.ts";
import { enoughSeen, nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held, heldWithin } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { observed, sharesHeld } from "./shares.ts";

/** The scenario of a promotion that is taken back. */
export const rollback: Scenario = {
  name: "rollback",
  promise: "After a promotion one flipped number brings everybody back at once.",
  usual: true,
  releaseIsGood: true,
  engines: ["embedded", "pulumi"],
  async run(play) {
    await play.mustUp("blue goes live");
    await play.startLoad();
    const { pace } = play.choices;
    await play.mustUp("green is deployed and takes over in two steps", {
      ...greenRelease(play.stage.config),
      rollout: { steps: rehearsalSteps([50, 100], pace) },
      greenWeight: 100,
    });
    await play.pause(1_000);
    let writes = 0;
    const stopCounting = play.stage.aws.onCall(({ when, operation }) => {
      if (when === "after" && operation === "ModifyRule") writes++;
    });
    const back = await play.mustUp("greenWeight 0", { greenWeight: 0 });
    stopCounting();
    const lines = await play.evidence();
    const began = lines.findLast(({ kind }) => kind === "rolling-back")?.at ?? Infinity;
    const proved = lines.findLast(({ kind }) => kind === "proved")?.at ?? Infinity;
    await play.pause(1_500);
    await play.enoughLoad();
    const tally = await play.stopLoad();
    const lastOnGreen = tally.lastSentTo("green");
    const walked = observed(stepsOf(lines, "green"), { seen: tally.seen, routed: play.routed }, "green");
    return {
      outcome: "rolled-back",
      verdictToTrafficMs: Math.max(0, lastOnGreen - began),
      held: [
        held(
          "blue is live again",
          back.outputs["live"]?.value === "blue",
          `live is ${JSON.stringify(back.outputs["live"]?.value)}`,
        ),
        held("one rule change", writes === 1, `${writes} ModifyRule calls`),
        heldWithin("proved in traffic within", proved - began, 2_000 * pace),
        enoughSeen(tally, play.choices.load),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
        ...sharesHeld(walked),
      ],
    };
  },
};
