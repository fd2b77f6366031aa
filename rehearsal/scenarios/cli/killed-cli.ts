import { unlockLine } from "../../../domain/command-line.ts";
import { shortened } from "../../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../../drills/account.ts";
import { type CliOperator, saidBy, startCliUp, typed } from "../../drills/cli-operator.ts";
import { runCommand } from "../../drills/command.ts";
import { stackName } from "../../stage/index.ts";
import { baking, longSteps } from "../break-glass.ts";
import { describeFailure } from "../failure.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { type Held, held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** How long traffic may take to be home once the CLI is gone, and how long it is waited for. */
const homeMs = 5_000;
const patienceMs = 20_000;

/** The scenario of a CLI that is killed (SIGKILL) while it shifts. */
export const killedCli: Scenario = {
  name: "killed-cli",
  promise:
    "kill -9 of the CLI in mid-rollout: traffic is home in 5 s, and one command frees the stack again.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account, "SIGKILL")),
};

/** The scenario of a terminal that is closed (SIGHUP) while its CLI shifts. */
export const hungUp: Scenario = {
  name: "hung-up",
  promise:
    "The terminal of an up is closed in mid-rollout: traffic is home in 5 s, and one command frees the stack.",
  usual: false,
  engines: ["pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account, "SIGHUP")),
};

async function show(play: Play, account: Account, signal: "SIGKILL" | "SIGHUP") {
  await greenBeside(play, longSteps);
  const operator = await startCliUp(play, `greenWeight 100, and ${signal} in its bake`, { greenWeight: 100 });
  await baking(account, operator, 25);
  const home = await goesHome(account, operator, signal);
  const freed = await frees(play, account);
  return { outcome: "rolled-back" as const, held: [...home, ...freed, noRequestLost(await play.stopLoad())] };
}

async function goesHome(
  account: Account,
  operator: CliOperator,
  signal: "SIGKILL" | "SIGHUP",
): Promise<Held[]> {
  const before = operator.switchAlive();
  operator.signal(signal);
  const ended = await operator.done;
  const tookMs = await within(account, "green has no weight any more", async () => {
    const rule = await account.rule();
    return rule?.weights.green === 0;
  });
  const endedMs = await within(account, "the switch has ended", () =>
    Promise.resolve(!operator.switchAlive()),
  );
  const { lease, rollout } = await account.record();
  return [
    held(
      "the CLI is ended by it, with its switch at work",
      ended.signal === signal && before,
      `${ended.signal ?? `exit ${ended.code}`}; the switch ${before ? "ran" : "did not run"}`,
    ),
    held("the traffic is home within 5 s", tookMs !== null && tookMs <= homeMs, ms(tookMs)),
    held("the switch's process ends by itself", endedMs !== null, ms(endedMs)),
    held(
      "it leaves no lease and no open rollout",
      lease === null && rollout === null,
      `lease ${lease === null ? "free" : "held"}, rollout ${rollout === null ? "closed" : "open"}`,
    ),
  ];
}

/** The lock of the CLI that is gone stays until somebody says that it may go. */
async function frees(play: Play, account: Account): Promise<Held[]> {
  const refused = await play.up("greenWeight 0, while the lock of the other is there", { greenWeight: 0 });
  const status = await runCommand(play.stage, "status", ["--stack", stackName]);
  const cancelled = await typed(play, "cancel", "--yes");
  const next = await play.up("greenWeight 0, once more");
  const rule = await account.rule();
  return [
    held(
      "the next up is told of the lock",
      !refused.ok && /locked by 1 lock/.test(describeFailure(refused)),
      shortened(describeFailure(refused), 100),
    ),
    held(
      "status says what to type then",
      status.out.includes(unlockLine(stackName)),
      status.out.split("\n").find((line) => line.startsWith("a dead lock")) ?? "it does not",
    ),
    held("pulumi cancel --yes takes it away", cancelled.code === 0, shortened(saidBy(cancelled), 100)),
    held(
      "the up after that goes on, and everybody is on blue",
      next.ok && rule?.weights.green === green(0).green,
      next.ok ? `green ${rule?.weights.green}` : shortened(describeFailure(next), 140),
    ),
  ];
}

/** Milliseconds until something holds; null: it did not in time. */
async function within(account: Account, what: string, holds: () => Promise<boolean>): Promise<number | null> {
  return await account.until(what, patienceMs, holds).catch(() => null);
}

const ms = (tookMs: number | null) =>
  tookMs === null ? `not within ${patienceMs / 1_000} s` : `${tookMs} ms`;
