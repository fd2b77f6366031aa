import { join } from "node:path";
import { shortened } from "../../../domain/wrapped.ts";
import { type Account, withAccount } from "../../drills/account.ts";
import { operated, saidBy, typed } from "../../drills/cli-operator.ts";
import { shortSteps } from "../break-glass.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { type Held, held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** The scenario of the real CLI's flags that change what an `up` does. */
export const flags: Scenario = {
  name: "flags",
  promise: "--expect-no-changes, --save-plan with --plan, and --target do with the traffic what they say.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, shortSteps);
  const seen = [
    ...(await expectsNoChanges(play, account)),
    ...(await keepsToThePlan(play, account)),
    ...(await movesTheTargetAlone(play, account)),
  ];
  return { outcome: "held" as const, held: [...seen, noRequestLost(await play.stopLoad())] };
}

async function expectsNoChanges(play: Play, account: Account): Promise<Held[]> {
  const preview = await operated(play, "preview", ["--expect-no-changes"]);
  const up = await operated(play, "up", ["--expect-no-changes"]);
  play.stage.set({ greenWeight: 100 });
  const changed = await operated(play, "preview", ["--expect-no-changes"]);
  const rule = await account.rule();
  return [
    held(
      "an unchanged stack passes --expect-no-changes",
      preview.code === 0 && up.code === 0,
      `preview exits with ${preview.code}, up with ${up.code}`,
    ),
    held(
      "with another greenWeight preview --expect-no-changes ends with 7 and moves nothing",
      changed.code === 7 && rule?.weights.green === 0,
      `exit ${changed.code}, green ${rule?.weights.green}`,
    ),
  ];
}

async function keepsToThePlan(play: Play, account: Account): Promise<Held[]> {
  const plan = join(play.stage.folder, "plan.json");
  const saved = await operated(play, "preview", ["--save-plan", plan]);
  const before = await account.rule();
  const kept = await operated(play, "up", ["--plan", plan]);
  const moved = await account.rule();
  play.stage.set({ greenWeight: 0 });
  const stale = await operated(play, "up", ["--plan", plan]);
  const after = await account.rule();
  return [
    held(
      "preview --save-plan moves nothing, and up --plan what it planned",
      saved.code === 0 && before?.weights.green === 0 && kept.code === 0 && moved?.weights.green === 100,
      `green ${before?.weights.green}, then ${moved?.weights.green}; ${kept.ok ? "" : shortened(saidBy(kept), 90)}`,
    ),
    held(
      "up --plan with another greenWeight than planned is refused and moves nothing",
      !stale.ok && after?.weights.green === 100,
      `green ${after?.weights.green}; ${shortened(saidBy(stale), 110)}`,
    ),
  ];
}

async function movesTheTargetAlone(play: Play, account: Account): Promise<Held[]> {
  const before = await account.rule();
  const urn = await urnOfSwitch(play);
  const { code, changes, out } = await operated(play, "up", ["--target", urn]);
  const after = await account.rule();
  return [
    held(
      "up --target of the switch moves the traffic and nothing else",
      code === 0 && before?.weights.green === 100 && after?.weights.green === 0 && changes.update === 1,
      `exit ${code}, green ${after?.weights.green}, ${changes.update} updated, ${changes.create} created; ${code === 0 ? "" : out.slice(-90)}`,
    ),
  ];
}

async function urnOfSwitch(play: Play): Promise<string> {
  const { out } = await typed(play, "stack", "export");
  const { deployment } = JSON.parse(out) as { deployment: { resources: { urn: string; type: string }[] } };
  const found = deployment.resources.find(({ type }) => type === "trafficswitch:index:TrafficSwitch");
  if (found === undefined) throw new Error("the stack's state has no traffic switch");
  return found.urn;
}
