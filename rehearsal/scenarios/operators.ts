import { join } from "node:path";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { copyState, startUp } from "../drills/operator.ts";
import { EmbeddedEngine } from "../stage/embedded-engine.ts";
import { baking, longSteps } from "./break-glass.ts";
import { describeFailure } from "./failure.ts";
import { greenBeside } from "./green-beside.ts";
import { noRequestLost } from "./losses.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** The scenario of several people at one stack. */
export const operators: Scenario = {
  name: "operators",
  promise:
    "Two ups, a refresh, hand edits, a destroyed rule, Ctrl-C: nobody overwrites anybody, and each is told why.",
  usual: false,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, longSteps);
  play.stage.set({ rollout: { retry: (await account.record()).slots.green.release }, greenWeight: 100 });
  const seen: Held[] = [];
  seen.push(...(await interrupted(play, account)));
  seen.push(...(await twoAtOnce(play, account)));
  seen.push(...(await foreignInRule(play, account)));
  seen.push(noRequestLost(await play.stopLoad()));
  // After the load: without its rule the balancer has nobody to ask.
  seen.push(...(await destroyed(play, account)));
  return { outcome: "held" as const, held: seen };
}

/** Ctrl-C in a bake: the rollback first, then the end. */
async function interrupted(play: Play, account: Account): Promise<Held[]> {
  const operator = await startUp(play, "greenWeight 100, and Ctrl-C in its bake");
  await baking(account, operator, 25);
  await play.pause(500);
  const began = Date.now();
  operator.interrupt();
  const result = await operator.done;
  const tookMs = Date.now() - began;
  const rule = await account.rule();
  return [
    held(
      "Ctrl-C in a bake rolls back, then returns",
      !result.ok && rule?.weights.green === 0 && /the rollout was cancelled/.test(operator.said.join("\n")),
      `green ${rule?.weights.green} after ${tookMs} ms; ${shortened(operator.said.at(-1) ?? "", 80)}`,
    ),
  ];
}

/** A second `up`, a refresh, and then a hand edit, all while the first one bakes. */
async function twoAtOnce(play: Play, account: Account): Promise<Held[]> {
  const winner = await startUp(play, "greenWeight 100, the first of two");
  await baking(account, winner, 25);
  const { lease } = await account.record();
  const changes = account.countRuleChanges();
  const second = await startUp(play, "greenWeight 100, the second of two", {}, { elsewhere: true });
  const told = describeFailure(await second.done);
  const refreshed = await EmbeddedEngine.of(play.stage).refresh({
    signal: play.choices.signal,
    stateFile: await copyState(play.stage.folder, join(play.stage.folder, "operators")),
  });
  const record = await account.record();
  const undisturbed =
    changes() === 0 && !winner.over && record.weights.green === 25 && record.rollout !== null;

  await account.setRule(green(40));
  const result = await winner.done;
  const why = describeFailure(result);
  const rule = await account.rule();
  const refusedWhy = describeFailure(await play.up("greenWeight 100 again, over the hand edit"));
  const adopted = await play.stage.refresh({ signal: play.choices.signal });
  await play.mustUp("greenWeight 0, after a refresh that adopted it", { greenWeight: 0 });
  play.stage.set({ greenWeight: 100 });
  return [
    held(
      "of two ups one wins, and the other is told who has the lease since when",
      lease !== null &&
        told.includes(lease.owner) &&
        told.includes(new Date(lease.since).toISOString().slice(0, 19)),
      shortened(told, 140),
    ),
    held(
      "a refresh in mid-rollout adopts nothing and disturbs nothing",
      undisturbed,
      `${refreshed.ok ? "ok" : shortened(describeFailure(refreshed), 60)}; green ${record.weights.green} recorded`,
    ),
    held(
      "a hand edit stops the rollout with both weights, and stays",
      !result.ok &&
        why.includes("blue 60 · green 40") &&
        why.includes("blue 75 · green 25") &&
        rule?.weights.green === 40,
      shortened(why, 140),
    ),
    held(
      "the next up refuses with both weights until a refresh adopts it",
      /The live rule has blue 60 · green 40, and the record says blue 75 · green 25/.test(refusedWhy) &&
        adopted.ok,
      shortened(refusedWhy, 140),
    ),
  ];
}

/** A third target group in the rule. */
async function foreignInRule(play: Play, account: Account): Promise<Held[]> {
  const operator = await startUp(play, "greenWeight 100, and a third target group comes into the rule");
  await baking(account, operator, 25);
  const { targetGroups } = await account.inputs();
  const foreign = await account.copyTargetGroup(targetGroups.blue);
  await account.setRule(green(25), foreign);
  const why = describeFailure(await operator.done);
  const refusedWhy = describeFailure(
    await play.up("greenWeight 100 again, with the third group in the rule"),
  );
  await account.setRule(green(25));
  await account.passLease();
  const resumed = await startUp(play, "greenWeight 0, with the group out again", { greenWeight: 0 });
  const back = await resumed.done;
  const rule = await account.rule();
  const { fencedBy } = await account.record();
  // Whoever looks first: the lease is over as soon as the rollout has stopped.
  const undone =
    [...resumed.said, fencedBy?.why ?? ""].find((text) => /no longer what|ran out/.test(text)) ?? "nobody";
  play.stage.set({ greenWeight: 100 });
  return [
    held("a third target group stops the rollout, by name", why.includes(foreign), shortened(why, 140)),
    held(
      "the next up refuses and names it; with the group out it or the guardian undoes, and says why",
      refusedWhy.includes(foreign) &&
        back.ok &&
        rule?.weights.green === 0 &&
        /no longer what|ran out in mid-rollout/.test(undone),
      `${shortened(refusedWhy, 60)} | ${shortened(undone, 70)}`,
    ),
  ];
}

/** The rule is destroyed in a bake. */
async function destroyed(play: Play, account: Account): Promise<Held[]> {
  const operator = await startUp(play, "greenWeight 100, and the rule is destroyed");
  await baking(account, operator, 25);
  await account.destroyRule();
  const why = describeFailure(await operator.done);
  await account.passLease();
  const refreshed = await play.stage.refresh({ signal: play.choices.signal });
  const result = await play.up("greenWeight 0, after a refresh", { greenWeight: 0 });
  const rule = await account.rule();
  return [
    held("a destroyed rule stops the rollout", /the weighted rule is gone/.test(why), shortened(why, 140)),
    held(
      "after a refresh the next up makes it again, and all traffic is on blue",
      refreshed.ok && result.ok && rule?.weights.green === 0,
      result.ok ? `green ${rule?.weights.green}` : shortened(describeFailure(result), 140),
    ),
  ];
}
