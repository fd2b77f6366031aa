import { stepsOf } from "./evidence.ts";
import { enoughSeen, nobodyHurt, nothingLost } from "./losses.ts";
import { arrivalsOf, asPlanned, planAhead } from "./planned.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { observed, sharesHeld } from "./shares.ts";

/** The scenario of a release without faults, from the first step to the last. */
export const cutover: Scenario = {
  name: "cutover",
  promise: "Green goes live in four gated steps, and no client notices.",
  usual: true,
  releaseIsGood: true,
  engines: ["embedded", "pulumi"],
  async run(play) {
    await play.mustUp("blue goes live");
    const load = await play.startLoad();
    const began = Date.now();
    await play.mustUp("green is deployed beside it, at weight 0", greenRelease(play.stage.config));
    const planned = await planAhead(play, began, { greenWeight: 100 });
    const moved = await play.mustUp("greenWeight 100", { greenWeight: 100 });
    await play.pause(2_000);
    await play.enoughLoad();
    const tasks = load.tasksPerSession();
    const tally = await play.stopLoad();
    const evidence = await play.evidence();
    const { routed, sights } = play;
    const steps = observed(stepsOf(evidence, "green"), { seen: tally.seen, routed }, "green");
    const arrivals = { all: arrivalsOf(sights, routed), onCandidate: arrivalsOf(sights, routed, "green") };
    const live = moved.outputs["live"]?.value;
    return {
      outcome: live === "green" ? "promoted" : "held",
      held: [
        held("green is live", live === "green", `live is ${JSON.stringify(live)}`),
        enoughSeen(tally, play.choices.load),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
        held(
          "every open session stays with one task",
          tasks.every((count) => count <= 1),
          tasks.length === 0
            ? "the hub has no sessions to keep"
            : `${tasks.filter((count) => count > 1).length} of ${tasks.length} met more than one`,
        ),
        held("all four steps were walked", steps.length === 4, `${steps.length} steps`),
        ...sharesHeld(steps),
        ...asPlanned(planned, evidence, "green", arrivals),
      ],
    };
  },
};
