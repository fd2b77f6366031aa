import { type Colour, colours } from "../../domain/colour.ts";
import { shortened } from "../../domain/wrapped.ts";
import type { Fault } from "../faults/cells.ts";
import { stackName } from "../stage/index.ts";
import { describe } from "../witness/compare.ts";
import { isBad } from "../witness/sight.ts";
import { describeFailure } from "./failure.ts";
import type { LoadWanted } from "./loads.ts";
import { nothingLost } from "./losses.ts";
import { faultyGreen } from "./releases.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";
import { whereabouts } from "./witnessed.ts";

/**
 * Two steps. At the first one most users are still on live, and it is as long as it takes for a dozen of them to ask green for a tool
 * that is asked for now and then: fewer tell nobody anything.
 */
export const twoSteps = {
  rollout: {
    steps: [
      { weight: 25, bake: "20s" },
      { weight: 100, bake: "6s" },
    ],
  },
};

/** A release that must not stay, and the users who meet it. */
interface Bad {
  readonly name: string;
  readonly promise: string;
  readonly faults: readonly Fault[];
  readonly load?: LoadWanted;
  /** One of these checks has to be the one that says no. */
  readonly checks: readonly string[];
}

/** A release with faults is refused or rolled back, whoever is on live sees nothing of it, and `up` says why. */
function notKept({ name, promise, faults, load, checks }: Bad): Scenario {
  return {
    name,
    promise,
    usual: false,
    async run(play) {
      await play.mustUp("blue goes live", twoSteps);
      await play.startLoad(load);
      const deployed = await play.up(
        `green is deployed: ${describeFaults(faults)}`,
        faultyGreen(play.stage, faults),
      );
      const ended = deployed.ok ? await play.up("greenWeight 100", { greenWeight: 100 }) : deployed;
      await play.pause(1_000);
      const tally = await play.stopLoad();
      const why = describeFailure(ended);
      const slotOf = whereabouts(play.stage, play.routed);
      const badOn = (slot: Colour) => play.sights.filter((sight) => slotOf(sight) === slot && isBad(sight));
      const [onLive, onGreen] = [badOn("blue"), badOn("green")];
      const first = onLive[0] === undefined ? "" : `; the first: ${describe(onLive[0])}`;
      const lost = nothingLost(tally, play.drains);
      return {
        outcome: ended.ok ? "promoted" : deployed.ok ? "rolled-back" : "refused",
        held: [
          held(
            `green is ${deployed.ok ? "rolled back" : "refused"} by ${checks.join(" or ")}`,
            !ended.ok && checks.some((check) => why.includes(check)),
            ended.ok ? "it was promoted" : shortened(why.split("\n")[0] ?? "", 120),
          ),
          held(
            "users of live see nothing of it",
            onLive.length === 0,
            `${onLive.length} bad on blue, ${onGreen.length} on green${first}`,
          ),
          ...lost,
        ],
      };
    },
  };
}

const describeFaults = (faults: readonly Fault[]) =>
  faults.map(({ kind, where, share }) => `${kind} at ${where}, ${100 * share} %`).join("; ");

/** Answers that are well before the first that is not: more than a gate at weight 0 asks for. */
const after = 40;
const ofOutcomes = ["error-share", "live-comparison", "llm-failures", "success-rate"];

const toolFails = notKept({
  name: "tool-fails",
  promise: "A green of which one tool, asked for now and then, fails every time does not stay.",
  faults: [{ kind: "status-5xx", where: "other-tool", share: 1 }],
  checks: ofOutcomes,
});

const callsHang = notKept({
  name: "calls-hang",
  promise:
    "A green that never answers the calls of one tool, on which clients give up after 4 s, does not stay.",
  faults: [{ kind: "hang", where: "other-tool", share: 1 }],
  load: { patienceMs: 4_000 },
  checks: ofOutcomes,
});

const analysisHangs = notKept({
  name: "analysis-hangs",
  promise: "A green whose analyses never end, while every other tool answers, does not stay.",
  faults: [{ kind: "hang", where: "analysis", share: 1, after }],
  load: { patienceMs: 10_000 },
  checks: [...ofOutcomes, "latency"],
});

/** The scenarios of releases of which one tool is wrong. */
export const faultyReleases: readonly Scenario[] = [toolFails, callsHang, analysisHangs];

/** Alarms of a slot that rang: those that judge what its users get. */
export function alarmsThatRang({ stage }: Play, colour: Colour): string[] {
  return stage.aws.sns.messages
    .map(({ subject }) => /^ALARM: "(.+)"$/.exec(subject ?? "")?.[1])
    .filter((name): name is string => name?.includes(`-${stackName}-${colour}-`) === true);
}

/** The promise that no alarm of either slot rang. */
export function noAlarm(play: Play): Held {
  const rang = colours.flatMap((colour) => alarmsThatRang(play, colour));
  return held("no alarm rings", rang.length === 0, rang.length === 0 ? "none did" : rang.join(", "));
}
