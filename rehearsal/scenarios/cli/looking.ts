import { shortened } from "../../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../../drills/account.ts";
import { operated, saidBy, typed } from "../../drills/cli-operator.ts";
import { describeFailure } from "../failure.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** The scenario of `refresh --preview-only` after a hand edit: looking never writes. */
export const looking: Scenario = {
  name: "looking",
  promise: "After a hand edit of the rule, refresh --preview-only tells of it and changes nothing anywhere.",
  usual: false,
  engines: ["pulumi"],
  // The guardian sleeps, but for alarms: what it writes down is not what the look does.
  stage: { scheduleSpeedup: 0.001 },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

/** What is live, and what is recorded. */
const bothWeights = /blue 60 · green 40.*blue 100 · green 0/;

async function show(play: Play, account: Account) {
  await greenBeside(play);
  await account.setRule(green(40));
  const before = await everything(play, account);
  const changes = account.countRuleChanges();
  const previewed = await operated(play, "preview");
  const looked = await operated(play, "refresh", ["--preview-only"]);
  const after = await everything(play, account);
  const changed = changes();
  const refused = await play.up("greenWeight 0, which nobody has adopted the edit for");
  const refreshed = await play.stage.refresh({ signal: play.choices.signal });
  const next = await play.up("greenWeight 0, after a refresh");
  const rule = await account.rule();
  const tally = await play.stopLoad();
  return {
    outcome: "held" as const,
    held: [
      held(
        "it ends with 0 and names the switch",
        looked.code === 0 && saidBy(looked).includes("TrafficSwitch"),
        `exit ${looked.code}: ${shortened(saidBy(looked), 80)}`,
      ),
      held(
        "a preview refuses, with both weights",
        previewed.code === 1 && bothWeights.test(describeFailure(previewed)),
        shortened(describeFailure(previewed), 140),
      ),
      held("the record is as it was", after.record === before.record, differing(before.record, after.record)),
      held("the state is as it was", after.state === before.state, differing(before.state, after.state)),
      held(
        "the rule is as it was",
        changed === 0 && after.rule === before.rule,
        `${changed} ModifyRule, ${after.rule}`,
      ),
      held(
        "an up still refuses, with both weights",
        !refused.ok && bothWeights.test(describeFailure(refused)),
        refused.ok ? "it succeeded" : shortened(describeFailure(refused), 140),
      ),
      held(
        "after a refresh the up goes on to what is asked",
        refreshed.ok && next.ok && rule?.weights.green === 0,
        next.ok ? `green ${rule?.weights.green}` : shortened(describeFailure(next), 140),
      ),
      noRequestLost(tally),
    ],
  };
}

/** What a look must leave alone. */
async function everything(play: Play, account: Account) {
  const exported = await typed(play, "stack", "export");
  // An alarm wakes the guardian, which then retires a slot that has been idle for long enough.
  const { retirement: _retirement, drain: _drain, ...record } = await account.record();
  const { deployment } = JSON.parse(exported.out) as { deployment: { resources: object[] } };
  return {
    record: JSON.stringify(record),
    rule: JSON.stringify(await account.rule()),
    state: JSON.stringify(deployment.resources),
  };
}

/** The first place where two texts differ. */
function differing(before: string, after: string): string {
  if (before === after) return "the same";
  let at = 0;
  while (before[at] === after[at]) at++;
  return `${before.slice(Math.max(0, at - 30), at + 30)} → ${after.slice(Math.max(0, at - 30), at + 30)}`;
}
