import { shortened } from "../../domain/wrapped.ts";
import type { Line } from "./evidence.ts";
import { describeFailure } from "./failure.ts";
import { nothingLost } from "./losses.ts";
import { faultyGreen } from "./releases.ts";
import { held, heldWithin } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** Calls that green answers well: more than its gate at weight 0 makes, fewer than its first step does. */
const goodCalls = 40;

/** The scenario of a release that turns bad under traffic, so that its gate at weight 0 could not know. */
export const badRelease: Scenario = {
  name: "bad-release",
  promise: "A green that fails under traffic is rolled back by its gate, and up says why.",
  usual: true,
  engines: ["embedded", "pulumi"],
  async run(play) {
    const { pace } = play.choices;
    await play.mustUp("blue goes live");
    await play.startLoad();
    await play.mustUp(
      `green is deployed; after ${goodCalls} calls half of its answers are errors`,
      faultyGreen(play.stage, [{ kind: "rpc-error", where: "analysis", share: 0.5, after: goodCalls }]),
    );
    const failed = await play.up("greenWeight 100", { greenWeight: 100 });
    const decided = decisionOf(await play.evidence());
    await play.pause(1_000);
    const tally = await play.stopLoad();
    const why = describeFailure(failed);
    const lastOnGreen = tally.lastSentTo("green");
    const firstBad = Math.min(decided?.firstBadAt ?? Infinity, tally.firstHurtAt ?? Infinity);
    const faultToVerdictMs =
      decided && Number.isFinite(firstBad) ? Math.max(0, decided.decidedAt - firstBad) : null;
    const verdictToTrafficMs = decided ? Math.max(0, lastOnGreen - decided.decidedAt) : null;
    return {
      outcome: failed.ok ? "promoted" : "rolled-back",
      ...(faultToVerdictMs === null ? {} : { faultToVerdictMs }),
      ...(verdictToTrafficMs === null ? {} : { verdictToTrafficMs }),
      held: [
        held(
          "up fails and says which check failed",
          !failed.ok && /failed|fail/.test(why),
          shortened(why.split("\n")[0] ?? "it succeeded", 90),
        ),
        heldWithin("from the first bad answer to the verdict under", faultToVerdictMs, 10_000 * pace),
        heldWithin("from the verdict to all new requests on live under", verdictToTrafficMs, 2_000 * pace),
        ...nothingLost(tally, play.drains),
      ],
    };
  },
};

/** The judgement that failed the rollout. */
function decisionOf(lines: readonly Line[]): { firstBadAt: number | null; decidedAt: number } | null {
  const judged = lines.findLast((line) => line.kind === "judged" && line.judgement.verdict === "fail");
  return judged?.kind === "judged" ? judged.judgement : null;
}
