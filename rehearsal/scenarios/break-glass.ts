import type { RunResult } from "pulumi-engine";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { type Ran, runCommand } from "../drills/command.ts";
import { type Operator, startUp } from "../drills/operator.ts";
import { describeFailure } from "./failure.ts";
import { greenBeside } from "./green-beside.ts";
import { noRequestLost } from "./losses.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** A rollout whose bake is still under way whenever somebody takes over. */
export const longSteps = {
  rollout: {
    steps: [
      { weight: 25, bake: "3m" },
      { weight: 100, bake: "4s" },
    ],
  },
};
/** A rollout of one short step. */
export const shortSteps = { rollout: { steps: [{ weight: 100, bake: "4s" }] } };

/** The scenario of the emergency rollback, without Pulumi, during a shift and after it. */
export const breakGlass: Scenario = {
  name: "break-glass",
  promise:
    "One command sends everybody home: no Pulumi, no lock, in seconds, while an up is shifting or after.",
  usual: false,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, longSteps);
  const arn = await account.ruleArn();

  const first = await shifting(play, account, "greenWeight 100, and it stays in its first bake");
  const rolled = await take(play, account, "rollback", ["--rule", arn, "--why", "checkout times out"]);
  const firstSaid = describeFailure(await first.done);

  const retry = (await account.record()).slots.green.release;
  const second = await shifting(play, account, "greenWeight 100 once more", { rollout: { retry } });
  const aborted = await take(play, account, "abort", ["--stack", "rehearsal", "--why", "wrong image"]);
  const secondSaid = describeFailure(await second.done);

  await play.mustUp("greenWeight 100 in one step", shortSteps);
  const late = await take(play, account, "rollback", ["--stack", "rehearsal", "--why", "second thoughts"]);
  const again = await runCommand(play.stage, "abort", ["--stack", "rehearsal"]);
  await play.pause(1_000);
  const tally = await play.stopLoad();
  const lastOnGreen = tally.lastSentTo("green");
  return {
    outcome: "rolled-back" as const,
    held: [
      ...went("rollback --rule while an up shifts", rolled),
      stopped("that up stops and says who, and why", firstSaid, "checkout times out"),
      ...went("abort --stack of another rollout", aborted),
      stopped("that up stops and says who, and why", secondSaid, "wrong image"),
      ...went("rollback --stack after the promotion", late),
      held(
        "blue is live, and green gets nothing any more",
        (await account.record()).live === "blue" && lastOnGreen <= late.endedAt,
        `last answer of green ${late.endedAt - lastOnGreen} ms before the command ended`,
      ),
      held("abort of nothing is refused", again.code === 2, again.err.split("\n")[0] ?? ""),
      noRequestLost(tally),
    ],
  };
}

/** An `up` that has 25 % of the traffic on green, proved, and bakes. */
async function shifting(
  play: Play,
  account: Account,
  what: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Operator> {
  const operator = await startUp(play, what, { greenWeight: 100, ...config });
  await baking(account, operator, 25);
  return operator;
}

/** Waits until the weight is recorded, which it is when traffic has shown it. */
export async function baking(
  account: Account,
  operator: { readonly over: boolean; readonly done: Promise<Pick<RunResult, "diagnostics">> },
  weight: number,
): Promise<void> {
  await account.until(`green ${weight} is proved`, 120_000, async () => {
    if (operator.over) throw new Error(`the up ended early: ${describeFailure(await operator.done)}`);
    const { weights, intent } = await account.record();
    return weights.green === weight && intent === null;
  });
}

interface Took extends Ran {
  readonly changes: number;
  readonly endedAt: number;
}

async function take(
  play: Play,
  account: Account,
  name: "rollback" | "abort",
  args: readonly string[],
): Promise<Took> {
  play.say(`npm run ${name} -- ${args.join(" ")}`);
  const changes = account.countRuleChanges();
  const ran = await runCommand(play.stage, name, [...args, "--json"]);
  const took = { ...ran, changes: changes(), endedAt: Date.now() };
  await account.shows(green(0), 1_000);
  return took;
}

function went(what: string, { code, out, err, tookMs, changes }: Took): Held[] {
  const said = code === 0 ? (JSON.parse(out) as { proved: boolean; tookMs: number }) : null;
  return [
    held(
      `${what}: proved in under 5 s`,
      said?.proved === true && tookMs < 5_000,
      said ? `${tookMs} ms, ${said.tookMs} of them at work` : `exit ${code}: ${err}`,
    ),
    held("exactly one ModifyRule", changes === 1, `${changes}`),
  ];
}

function stopped(what: string, said: string, why: string): Held {
  return held(
    what,
    /by hand took the traffic over at/.test(said) && said.includes(why),
    shortened(said, 120),
  );
}
