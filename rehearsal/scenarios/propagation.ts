import { type Account, withAccount } from "../drills/account.ts";
import { type Ran, runCommand } from "../drills/command.ts";
import { shortSteps } from "./break-glass.ts";
import { lightLoad } from "./loads.ts";
import { noRequestLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** From a rule change to its effect in traffic, in milliseconds. */
const delayMs = 3_000;
/** What the switch may add to it. */
const ownMs = 2_000;

/** The scenario of a balancer that acts on a changed rule with a delay. */
export const propagation: Scenario = {
  name: "propagation",
  promise:
    "A balancer that is slow to act ends no rollback early, and makes it no slower than the delay and 2 s.",
  usual: false,
  releaseIsGood: true,
  stage: { propagationDelayMs: delayMs },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await play.mustUp("blue goes live");
  await play.startLoad(lightLoad);
  await play.mustUp("green takes over in one step", {
    ...greenRelease(play.stage.config),
    ...shortSteps,
    greenWeight: 100,
  });
  const changes = account.countRuleChanges();
  await play.mustUp("greenWeight 0", { greenWeight: 0 });
  const writes = changes();
  const lines = await play.evidence();
  const began = lines.findLast(({ kind }) => kind === "rolling-back")?.at ?? Infinity;
  const proved = lines.findLast(({ kind }) => kind === "proved")?.at ?? Infinity;

  const retry = (await account.record()).slots.green.release;
  await play.mustUp("greenWeight 100 once more", { greenWeight: 100, rollout: { retry } });
  const changesByHand = account.countRuleChanges();
  const byHand = await runCommand(play.stage, "rollback", ["--stack", "rehearsal", "--json"]);
  const writesByHand = changesByHand();
  const endedAt = Date.now();
  await play.pause(1_500);
  const tally = await play.stopLoad();
  const onGreen = (from: number, to: number) =>
    tally.seen.filter(({ sentAt, slot }) => slot === "green" && sentAt > from && sentAt < to).length;
  return {
    outcome: "rolled-back" as const,
    verdictToTrafficMs: proved - began,
    held: [
      within("up rolls back: proved within the delay and 2 s", proved - began),
      held("exactly one ModifyRule", writes === 1, `${writes}`),
      within("npm run rollback: the same", workOf(byHand)),
      held("exactly one ModifyRule", writesByHand === 1, `${writesByHand}`),
      held(
        "when it says proved, green answers nobody any more",
        onGreen(endedAt, Infinity) === 0,
        `${onGreen(endedAt, Infinity)} answers of green afterwards`,
      ),
      noRequestLost(tally),
    ],
  };
}

function within(what: string, ms: number) {
  return held(what, ms >= delayMs && ms < delayMs + ownMs, `${Math.round(ms)} ms, of them delay ${delayMs}`);
}

/** What the command itself took, without the start of its process. */
function workOf({ code, out }: Ran): number {
  return code === 0 ? (JSON.parse(out) as { tookMs: number }).tookMs : Infinity;
}
