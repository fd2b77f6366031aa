import { shortened } from "../../domain/wrapped.ts";
import { type Account, withAccount } from "../drills/account.ts";
import { runCommand } from "../drills/command.ts";
import { describeFailure } from "./failure.ts";
import { greenBeside } from "./green-beside.ts";
import { noRequestLost } from "./losses.ts";
import { held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** Share of the calls that are throttled. */
const share = 0.5;
/** A rollback may take as long, throttled, in milliseconds. */
const limitMs = 10_000;

const steps = {
  rollout: {
    steps: [
      { weight: 50, bake: "4s" },
      { weight: 100, bake: "4s" },
    ],
  },
};

/** The scenario of an AWS that throttles half of its calls. */
export const throttled: Scenario = {
  name: "throttled",
  promise:
    "With half of all AWS calls throttled a rollout completes, and a rollback is proved in under 10 s.",
  usual: false,
  releaseIsGood: true,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  const { aws } = play.stage;
  await greenBeside(play, steps);
  let struck = 0;
  const stop = aws.onCall(({ when, error }) => {
    if (when === "after" && error === "ThrottlingException") struck++;
  });
  const fault = aws.faults.add({}, { kind: "throttle", probability: share });
  const moved = await play.up("greenWeight 100, every second call throttled", { greenWeight: 100 });
  const back = await play.up("greenWeight 0, every second call throttled", { greenWeight: 0 });
  const lines = await play.evidence();
  const began = lines.findLast(({ kind }) => kind === "rolling-back")?.at ?? NaN;
  const proved = lines.findLast(({ kind }) => kind === "proved")?.at ?? NaN;
  fault.remove();
  const retry = (await account.record()).slots.green.release;
  await play.mustUp("greenWeight 100 once more, unthrottled", { greenWeight: 100, rollout: { retry } });
  const again = aws.faults.add({}, { kind: "throttle", probability: share });
  const byHand = await runCommand(play.stage, "rollback", ["--stack", "rehearsal", "--json"]);
  again.remove();
  stop();
  const rule = await account.rule();
  const tally = await play.stopLoad();
  return {
    outcome: "rolled-back" as const,
    verdictToTrafficMs: proved - began,
    held: [
      held("calls were throttled", struck > 20, `${struck} calls`),
      held("the rollout completes", moved.ok, moved.ok ? "promoted" : shortened(describeFailure(moved), 140)),
      held(
        "up rolls back: proved in under 10 s",
        back.ok && proved > began && proved - began < limitMs,
        back.ok ? `${proved - began} ms` : shortened(describeFailure(back), 140),
      ),
      held(
        "npm run rollback: proved in under 10 s",
        byHand.code === 0 && byHand.tookMs < limitMs && rule?.weights.green === 0,
        byHand.code === 0 ? `${byHand.tookMs} ms` : `exit ${byHand.code}: ${shortened(byHand.err, 120)}`,
      ),
      noRequestLost(tally),
    ],
  };
}
