import { type Account, withAccount } from "../../drills/account.ts";
import { saidBy, typed } from "../../drills/cli-operator.ts";
import { CliEngine } from "../../stage/cli-engine.ts";
import { shortSteps } from "../break-glass.ts";
import { lightLoad } from "../loads.ts";
import { noRequestLost } from "../losses.ts";
import { greenRelease } from "../releases.ts";
import { type Held, held } from "../result.ts";
import { type Play, type Scenario } from "../scenario.ts";

/** What people type, and what it is refused for. */
const mistyped = [
  ["5%", /greenWeight.*integer/],
  ["4.5", /greenWeight.*integer/],
  ["101", /greenWeight.*at most 100/],
] as const;

export const configSet: Scenario = {
  name: "config-set",
  promise:
    "pulumi config set greenWeight: 5%, 4.5 and 101 are refused in the preview, and 100 moves the traffic.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await play.mustUp("blue goes live");
  await play.startLoad(lightLoad);
  await play.mustUp("green is deployed beside it", { ...greenRelease(play.stage.config), ...shortSteps });
  const changes = account.countRuleChanges();
  const seen: Held[] = [];
  for (const [given, why] of mistyped) {
    await typed(play, "config", "set", "greenWeight", given);
    const refused = await asTyped(play, "preview");
    const said = saidBy(refused);
    seen.push(
      held(`${given} is refused, with the reason`, refused.code !== 0 && why.test(said), said.slice(0, 140)),
    );
  }
  const moved = changes();
  await typed(play, "config", "set", "greenWeight", "100");
  const up = await asTyped(play, "up");
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

/** An operation with the stack file as `pulumi config set` left it. */
async function asTyped(play: Play, verb: "preview" | "up") {
  play.say(`pulumi ${verb}`);
  const run = await CliEngine.of(play.stage).startAsIs(verb, { onEvent: (event) => play.tell(event) });
  return await run.done;
}
