import { type Account, green, withAccount } from "../drills/account.ts";
import { shortSteps } from "./break-glass.ts";
import { alarmsThatRang } from "./faulty-release.ts";
import { lightLoad } from "./loads.ts";
import { noRequestLost } from "./losses.ts";
import { faultyGreen } from "./releases.ts";
import { held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** Analyses that green answers well: more than a short rollout and its gates see. */
const goodAnalyses = 400;
/** What an alarm needs of its five minutes, a minute until analyses hang, and what the guardian takes. */
const patienceMs = 6 * 60_000;

/** The scenario of a release whose analyses hang once it is promoted. */
export const hangAfterPromotion: Scenario = {
  name: "hang-after-promotion",
  promise:
    "When analyses hang after the promotion, real traffic makes an alarm ring, and the guardian goes home.",
  usual: false,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await play.mustUp("blue goes live");
  // Clients wait longer than an analysis may take, and are few: each call that hangs stays open.
  const load = await play.startLoad({ ...lightLoad, perSecond: 20, patienceMs: 10_000 });
  await play.mustUp(`green takes over in one step; after ${goodAnalyses} analyses none ends`, {
    ...faultyGreen(play.stage, [{ kind: "hang", where: "analysis", share: 1, after: goodAnalyses }]),
    ...shortSteps,
    greenWeight: 100,
  });
  const promotedWell = load.tally.counts.requests.hurt;
  play.say("green is live, and its analyses are about to hang");
  const changes = account.countRuleChanges();
  await account.shows(green(0), patienceMs);
  const rolledBackAt = Date.now();
  const count = changes();
  const firstHurt = load.tally.firstHurtAt ?? rolledBackAt;
  await play.pause(15_000);
  const tally = await play.stopLoad();
  const record = await account.record();
  const rang = alarmsThatRang(play, "green");
  const late = tally.seen.filter(
    ({ slot, sentAt }) => slot === "green" && sentAt > rolledBackAt + 500,
  ).length;
  return {
    outcome: "rolled-back" as const,
    held: [
      held(
        "the gates saw nothing of it",
        promotedWell === 0,
        `${promotedWell} bad answers before the promotion`,
      ),
      held("an alarm of green rings", rang.length > 0, rang.join(", ") || "none did"),
      held(
        "the guardian sends the traffic home, once",
        count === 1 && record.live === "blue",
        `${count} rule change ${Math.round((rolledBackAt - firstHurt) / 1_000)} s after the first bad answer; ${record.fencedBy?.why}`,
      ),
      held("all new requests are on blue", late === 0, `${late} on green since`),
      noRequestLost(tally),
    ],
  };
}
