import { shortened } from "../../domain/wrapped.ts";
import { describeFailure } from "./failure.ts";
import { nothingLost } from "./losses.ts";
import { faultyGreen } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** The scenario of a release that lacks the tool it must list. */
export const refused: Scenario = {
  name: "refused",
  promise: "A green that fails its gate at weight 0 never sees a user.",
  usual: true,
  engines: ["embedded", "pulumi"],
  async run(play) {
    await play.mustUp("blue goes live");
    await play.startLoad();
    const failed = await play.up("green is deployed without its tool, greenWeight 100", {
      ...faultyGreen(play.stage, [{ kind: "tool-gone", where: "tools/list", share: 1 }]),
      greenWeight: 100,
    });
    await play.pause(1_000);
    const tally = await play.stopLoad();
    const why = describeFailure(failed);
    const onGreen = tally.seen.filter(({ slot }) => slot === "green").length;
    return {
      outcome: failed.ok ? "promoted" : "refused",
      held: [
        held(
          "up fails and names the check",
          !failed.ok && why.includes("tool-listed"),
          shortened(why.split("\n")[0] ?? "it succeeded", 90),
        ),
        held("no request of a user reaches green", onGreen === 0, `${onGreen} of ${tally.seen.length}`),
        ...nothingLost(tally, play.drains),
      ],
    };
  },
};
