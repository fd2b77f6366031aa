import { limits } from "../../../domain/limits.ts";
import { shortened } from "../../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../../drills/account.ts";
import { startCliUp } from "../../drills/cli-operator.ts";
import { baking, longSteps, shortSteps } from "../break-glass.ts";
import { describeFailure } from "../failure.ts";
import { greenBeside } from "../green-beside.ts";
import { periodMs, speedup, tickMs } from "../guardian-pace.ts";
import { noRequestLost } from "../losses.ts";
import { held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** The scenario of an operator who presses Ctrl-C once. */
export const interrupted: Scenario = {
  name: "interrupted",
  promise:
    "Ctrl-C in mid-rollout goes home, says that it was cancelled, and holds nothing against the release.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => showOne(play, account)),
};

async function showOne(play: Play, account: Account) {
  await greenBeside(play, longSteps);
  const operator = await startCliUp(play, "greenWeight 100, and Ctrl-C in its bake", { greenWeight: 100 });
  await baking(account, operator, 25);
  const began = Date.now();
  operator.signal("SIGINT");
  const ended = await operator.done;
  const tookMs = Date.now() - began;
  const rule = await account.rule();
  const { rejected, rollout, lease } = await account.record();
  const next = await play.up("greenWeight 100 once more, in one step", shortSteps);
  const { live } = await account.record();
  const why = describeFailure(ended);
  return {
    outcome: "promoted" as const,
    held: [
      held(
        "the CLI ends with 1 once everybody is home",
        ended.code === 1 && rule?.weights.green === 0 && rollout === null && lease === null,
        `exit ${ended.code} after ${tookMs} ms, green ${rule?.weights.green}`,
      ),
      held(
        "it says that it was cancelled, and asks for no other release",
        /cancelled/.test(why) && !/repaired release/.test(why),
        shortened(why.replaceAll(/\s+/g, " "), 140),
      ),
      held("the release is not rejected", rejected.length === 0, `${rejected.length} rejected`),
      held(
        "the next up, without pulumi cancel, brings it live",
        next.ok && live === "green",
        next.ok ? `${live} is live` : shortened(describeFailure(next), 140),
      ),
      noRequestLost(await play.stopLoad()),
    ],
  };
}

/** The scenario of an operator who presses Ctrl-C twice. */
export const twoInterrupts: Scenario = {
  name: "two-interrupts",
  promise:
    "Ctrl-C twice in mid-rollout ends the up at once; traffic is home all the same, and the next up goes on.",
  usual: false,
  engines: ["pulumi"],
  stage: { speedup },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, longSteps);
  const operator = await startCliUp(play, "greenWeight 100, and two Ctrl-C in its bake", {
    greenWeight: 100,
  });
  await baking(account, operator, 25);
  const began = Date.now();
  operator.signal("SIGINT");
  await play.pause(100);
  operator.signal("SIGINT");
  const { code } = await operator.done;
  const endedMs = Date.now() - began;
  await account.shows(green(0), limits.leaseMs + periodMs + tickMs);
  const homeMs = Date.now() - began;
  await account.until("nobody holds the lease any more", limits.leaseMs + periodMs + tickMs, async () => {
    const { lease, rollout } = await account.record();
    return rollout === null && (lease === null || lease.until < Date.now());
  });
  const next = await play.up("greenWeight 0, after it", { greenWeight: 0 });
  const warned = next.diagnostics.map(({ message }) => message).join("\n");
  const { weights } = await account.record();
  const tally = await play.stopLoad();
  return {
    outcome: "rolled-back" as const,
    held: [
      held(
        "the CLI ends with 8 within 5 s",
        code === 8 && endedMs < 5_000,
        `exit ${code} after ${endedMs} ms`,
      ),
      held(
        "the traffic is home at the latest when the lease has run out",
        homeMs < limits.leaseMs + periodMs + tickMs,
        `${homeMs} ms after the first Ctrl-C`,
      ),
      held(
        "the next up needs no pulumi cancel, and everybody is on blue",
        next.ok && weights.green === 0,
        next.ok ? `green ${weights.green}; ${shortened(warned, 90)}` : shortened(describeFailure(next), 140),
      ),
      noRequestLost(tally),
    ],
  };
}
