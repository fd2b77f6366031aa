import { shortened } from "../../../domain/wrapped.ts";
import { type Account, withAccount } from "../../drills/account.ts";
import { operated, saidBy, typed } from "../../drills/cli-operator.ts";
import { shortSteps } from "../break-glass.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { type Held, held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** What people type, and what it is refused for. */
const mistyped = [
  ["5%", /greenWeight.*integer/],
  ["4.5", /greenWeight.*integer/],
  ["101", /greenWeight.*at most 100/],
] as const;

/** The scenario of `greenWeight` as people type it into the real CLI, wrong ways first. */
export const configSet: Scenario = {
  name: "config-set",
  promise:
    "pulumi config set greenWeight: 5%, 4.5 and 101 are refused in the preview, and 100 moves the traffic.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, shortSteps);
  const changes = account.countRuleChanges();
  const seen: Held[] = [];
  for (const [given, why] of mistyped) {
    await typed(play, "config", "set", "greenWeight", given);
    const refused = await operated(play, "preview", [], "as it is");
    const said = saidBy(refused);
    seen.push(
      held(
        `${given} is refused, with the reason`,
        refused.code !== 0 && why.test(said),
        shortened(said, 140),
      ),
    );
  }
  const moved = changes();
  await typed(play, "config", "set", "greenWeight", "100");
  const up = await operated(play, "up", [], "as it is");
  const rule = await account.rule();
  seen.push(
    held("none of it touched the rule", moved === 0, `${moved} ModifyRule calls`),
    held(
      "100 moves everybody to green",
      up.code === 0 && rule?.weights.green === 100,
      `green ${rule?.weights.green}; ${up.ok ? "" : saidBy(up).slice(-140)}`,
    ),
    noRequestLost(await play.stopLoad()),
  );
  return { outcome: "promoted" as const, held: seen };
}
