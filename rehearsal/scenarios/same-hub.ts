import { shortened } from "../../domain/wrapped.ts";
import { optionalLists } from "../clients/asks.ts";
import { type Fault, faultPlaces } from "../faults/cells.ts";
import { describeFailure } from "./failure.ts";
import { noAlarm, twoSteps } from "./faulty-release.ts";
import type { LoadWanted } from "./loads.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { faultyBlue, greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** Two releases of the same hub, which has its ways: they are no reason to roll the second one back. */
interface Same {
  readonly name: string;
  readonly promise: string;
  /** What both do. */
  readonly faults?: readonly Fault[];
  readonly load?: LoadWanted;
  /** Its ways cost users something, as they always have. */
  readonly usersMind?: boolean;
}

function kept({ name, promise, faults = [], load, usersMind = false }: Same): Scenario {
  return {
    name,
    promise,
    usual: false,
    releaseIsGood: true,
    async run(play) {
      const blue = faults.length === 0 ? {} : faultyBlue(play.stage, faults);
      await play.mustUp("blue goes live", { ...blue, ...twoSteps });
      await play.startLoad(load);
      const green = greenRelease(play.stage.config);
      const moved = await play.up("green, the same hub, is to take over", { ...green, greenWeight: 100 });
      await play.pause(1_000);
      const tally = await play.stopLoad();
      const { hurt, sent } = tally.counts.requests;
      return {
        outcome: moved.ok ? "promoted" : "rolled-back",
        held: [
          held(
            "green is kept and promoted",
            moved.ok && moved.outputs["live"]?.value === "green",
            moved.ok
              ? `live is ${JSON.stringify(moved.outputs["live"]?.value)}`
              : shortened(describeFailure(moved), 140),
          ),
          noAlarm(play),
          ...(usersMind
            ? [held("clients met the hub's ways", hurt > 0, `${hurt} of ${sent} answered with an error`)]
            : [nobodyHurt(tally)]),
          ...nothingLost(tally, play.drains),
        ],
      };
    },
  };
}

const sameHubOptionalLists = kept({
  name: "same-hub-optional-lists",
  promise: "A hub that answers resources/list and prompts/list with -32601, as it always did, is kept.",
  load: { also: optionalLists },
  usersMind: true,
});

const sameHubSlowStart = kept({
  name: "same-hub-slow-start",
  promise: "A hub whose initialize takes 2.5 s on both sides is kept.",
  faults: [{ kind: "slow", where: "initialize", share: 1, ms: 2_500 }],
});

/** The sample hub's memory says `"error":null` in every result, as many programs do. */
const sameHubNullError = kept({
  name: "same-hub-null-error",
  promise: 'A hub that says "error":null in a tool\'s good results is kept, and no alarm rings.',
});

const compressed = kept({
  name: "compressed",
  promise:
    "A hub that gzips answers and streams although nobody accepts that serves its sessions, and is kept.",
  faults: faultPlaces.map((where) => ({ kind: "compressed", where, share: 1 })),
});

/** The scenarios in which both colours are the same unusual hub. */
export const sameHubs: readonly Scenario[] = [
  sameHubOptionalLists,
  sameHubSlowStart,
  sameHubNullError,
  compressed,
];
