import { nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** Sessions open throughout. */
const open = 500;

/**
 * Promotion drains the slot that lost its traffic, evenly from the first minute: that is the scenario "retirement". Here each
 * of the sessions stays where it is, so the drain is so long that not one of them is due before the way back.
 */
const drainDeadline = "12h";

/** The scenario of many sessions on several tasks, there and back. */
export const sessions: Scenario = {
  name: "sessions",
  promise: `${open} MCP sessions, two tasks per slot, go through 0 → 100 → 0 and none breaks.`,
  usual: false,
  releaseIsGood: true,
  async run(play) {
    const blue = { ...(play.stage.config["blue"] as object), tasks: 2 };
    play.stage.set({ blue, rollout: { drainDeadline, warmTime: drainDeadline, steps: twoSteps } });
    await play.mustUp("blue goes live with two tasks");
    const load = await play.startLoad({
      sessions: open,
      // Seldom: what is shown is how many sessions live, and two cores carry them all.
      callEveryMs: 20_000,
      perSecond: 20,
      // Enough answers of green for its gate to tell.
      newSessionsPerSecond: 8,
      transports: ["sse", "streamable-http"],
    });
    const opened = load.openSessions;
    await play.mustUp("green is deployed with two tasks", greenRelease(play.stage.config));
    const moved = await play.mustUp("greenWeight 100", { greenWeight: 100 });
    await play.pause(5_000);
    const onward = load.tasksPerSession();
    const back = await play.mustUp("greenWeight 0", { greenWeight: 0 });
    await play.pause(25_000);
    const returned = load.tasksPerSession();
    const tally = await play.stopLoad();
    const several = [...onward, ...returned].filter((count) => count > 1).length;
    return {
      outcome: "rolled-back",
      held: [
        held(`${open} sessions are open at once`, opened === open, `${opened} opened`),
        held(
          "green was live, and blue is again",
          moved.outputs["live"]?.value === "green" && back.outputs["live"]?.value === "blue",
          `${JSON.stringify(moved.outputs["live"]?.value)}, then ${JSON.stringify(back.outputs["live"]?.value)}`,
        ),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
        held(
          "no session had to begin anew",
          tally.renewals.length === 0,
          `${tally.renewals.length} of ${tally.counts.sessions.opened} did`,
        ),
        held(
          "every session is served by one task throughout",
          several === 0,
          `${several} of ${returned.length} open sessions met more than one`,
        ),
      ],
    };
  },
};

const twoSteps = [
  { weight: 50, bake: "30s" },
  { weight: 100, bake: "30s" },
];
