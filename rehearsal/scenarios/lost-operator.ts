import { limits } from "../../domain/limits.ts";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { startUp } from "../drills/operator.ts";
import { baking, longSteps } from "./break-glass.ts";
import { greenBeside } from "./green-beside.ts";
import { periodMs, speedup, tickMs } from "./guardian-pace.ts";
import { noRequestLost } from "./losses.ts";
import { held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** The scenario of a machine that is gone for good in the middle of a shift. */
export const lostOperator: Scenario = {
  name: "lost-operator",
  promise:
    "Whoever shifted is gone for good, and the guardian brings everybody home when the lease runs out.",
  usual: false,
  stage: { speedup },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, longSteps);
  const operator = await startUp(play, "greenWeight 100, and nobody ever comes back", {
    greenWeight: 100,
  });
  await baking(account, operator, 25);
  await play.pause(2_000);
  operator.killPlugin();
  operator.killEngine();
  const killedAt = Date.now();
  await operator.done.catch(() => undefined); // it was killed
  const { lease } = await account.record();
  play.say(`kill -9; the lease runs out ${Math.round(((lease?.until ?? 0) - killedAt) / 1_000)} s later`);
  await account.shows(green(0), limits.leaseMs + periodMs + tickMs);
  const rolledBackAt = Date.now();
  await account.until("the guardian pages", tickMs, () => Promise.resolve(account.pages().length > 0));
  await play.pause(2_000);
  const tally = await play.stopLoad();
  const record = await account.record();
  const onGreen = tally.seen.filter(
    ({ sentAt, slot }) => slot === "green" && sentAt > rolledBackAt + 500,
  ).length;
  const afterLease = rolledBackAt - (lease?.until ?? 0);
  return {
    outcome: "rolled-back" as const,
    held: [
      held(
        "traffic stays while the lease may still be renewed, and is home one guardian period after",
        afterLease >= 0 && afterLease < periodMs + tickMs,
        `home ${afterLease} ms after the lease ran out, period ${periodMs} ms`,
      ),
      held("all new requests are on blue", onGreen === 0, `${onGreen} on green since`),
      held(
        "the guardian says why",
        account.pages().some((page) => /ran out in mid-rollout/.test(page)),
        shortened(account.pages().at(-1) ?? "it paged nobody", 120),
      ),
      held(
        "nothing is left open in the record",
        record.rollout === null && record.intent === null && record.lease === null,
        `live ${record.live}, fence ${record.fence} by ${record.fencedBy?.who}`,
      ),
      held(
        "the release it had is rejected",
        record.rejected.some(({ release }) => release === record.slots.green.release),
        `${record.rejected.length} rejected`,
      ),
      noRequestLost(tally),
    ],
  };
}
