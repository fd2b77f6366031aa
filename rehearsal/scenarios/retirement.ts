import type { Tally } from "../clients/tally.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** Sessions open on the slot that is drained: so many that the largest second shows its pace, and not by chance whose call came when. */
const open = 480;
const drainSeconds = 20;
/** How long an analysis takes here: at any time some calls are in flight. */
const analysisMs = 800;

/** The scenario of a slot that retires while sessions are open on it. */
export const retirement: Scenario = {
  name: "retirement",
  promise: "A slot with open sessions drains: its calls finish and its clients move over one by one.",
  usual: false,
  releaseIsGood: true,
  async run(play) {
    const given = play.stage.config["blue"] as { hubConfig?: object };
    const blue = { ...given, tasks: 2, hubConfig: { ...given.hubConfig, analysisMs } };
    const rollout = { drainDeadline: `${drainSeconds}s`, steps: [{ weight: 100, bake: "20s" }] };
    play.stage.set({ blue, rollout });
    await play.mustUp("blue goes live with two tasks");
    const load = await play.startLoad({
      sessions: open,
      callEveryMs: 3_000,
      perSecond: 10,
      // Enough answers of green for its gate to tell.
      newSessionsPerSecond: 8,
      transports: ["sse", "streamable-http"],
    });
    await play.mustUp("green is deployed with two tasks", greenRelease(play.stage.config));
    const moved = await play.mustUp("greenWeight 100", { greenWeight: 100 });
    play.say(`blue drains for ${drainSeconds} s`);
    await play.pause(drainSeconds * 1_000 + 8_000);
    const serving = load.openSessions;
    const onBlue = load.slots().filter((slot) => slot !== "green").length;
    const tally = await play.stopLoad();
    const { largest, average, seconds } = spread(tally);
    return {
      outcome: moved.outputs["live"]?.value === "green" ? "promoted" : "held",
      held: [
        held(
          "every client that reconnects is serving again, on green",
          serving >= open && onBlue === 0,
          `${serving} sessions are open, ${onBlue} of them not on green`,
        ),
        held(
          "every session moved over once",
          tally.renewals.length === open,
          `${tally.renewals.length} renewals`,
        ),
        held(
          "all calls in flight finish",
          tally.counts.requests.lost === 0,
          `${tally.counts.requests.lost} of ${tally.counts.requests.sent} lost`,
        ),
        held(
          "reconnects are spread: the largest second at most twice the average",
          largest <= 2 * average && seconds >= drainSeconds / 2,
          `largest ${largest}, average ${average.toFixed(1)}, over ${seconds} s`,
        ),
        ...nothingLost(tally, play.drains),
        nobodyHurt(tally),
      ],
    };
  },
};

/** Renewals second by second, from the first to the last. */
function spread({ renewals }: Tally): { largest: number; average: number; seconds: number } {
  const first = Math.min(...renewals.map(({ at }) => at));
  const bySecond = new Map<number, number>();
  for (const { at } of renewals) {
    const second = Math.floor((at - first) / 1_000);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  const seconds = Math.max(0, ...bySecond.keys()) + 1;
  return { largest: Math.max(0, ...bySecond.values()), average: renewals.length / seconds, seconds };
}
