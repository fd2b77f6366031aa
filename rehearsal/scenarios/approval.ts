import { type Account, withAccount } from "../drills/account.ts";
import { runCommand } from "../drills/command.ts";
import { startUp } from "../drills/operator.ts";
import { greenBeside } from "./green-beside.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** How long a machine that is busy may take to a step that waits, in milliseconds. */
const patienceMs = 120_000;

/** A quarter of the users, and then a person decides; both within seconds. */
export const askingSteps = (approval: Readonly<Record<string, unknown>>) => ({
  rollout: {
    steps: [
      { weight: 25, bake: "4s", approval },
      { weight: 100, bake: "4s" },
    ],
  },
});

/** Resolves once the record says that a step waits for a person. */
export const waits = (account: Account): Promise<number> =>
  account.until(
    "a step waits for a person",
    patienceMs,
    async () => (await account.record()).rollout?.waits !== undefined,
  );

/** The scenario of a step that a person approves while the `up` waits. */
export const approval: Scenario = {
  name: "approval",
  promise:
    "A step waits for a person, however good it looks, and goes on with who approved it in its evidence.",
  usual: false,
  releaseIsGood: true,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, askingSteps({ within: "10m" }));
  const operator = await startUp(play, "greenWeight 100, and a person has to approve what follows 25 %", {
    greenWeight: 100,
  });
  await waits(account);
  await play.pause(6_000);
  const [still, { lease }] = [await account.rule(), await account.record()];
  const status = await runCommand(play.stage, "status", ["--stack", "rehearsal"]);
  const other = await runCommand(play.stage, "approve", ["--stack", "rehearsal", "--weight", "50"]);
  play.say("npm run approve -- --stack rehearsal --weight 25");
  const words = ["--stack", "rehearsal", "--weight", "25", "--why", "support saw nothing unusual"];
  const approved = await runCommand(play.stage, "approve", words);
  const end = await operator.done;
  const lines = await play.evidence();
  const record = await account.record();
  await play.enoughLoad();
  const tally = await play.stopLoad();
  const answered = lines.find((line) => line.kind === "answered");
  const by = answered?.kind === "answered" ? answered.answer?.by : undefined;
  return {
    outcome: end.ok ? ("promoted" as const) : ("held" as const),
    held: [
      held(
        "it waits at 25 %, with its lease held",
        still?.weights.green === 25 && lease !== null,
        `green ${still?.weights.green} %, ${lease?.owner ?? "no lease"}`,
      ),
      held(
        "status says until when, and what to type",
        /^approval +paused at 25 % since .* waits for approval until .*npm run approve/m.test(status.out),
        status.out.split("\n").find((line) => line.startsWith("approval")) ?? "nothing",
      ),
      held("another weight is not approved by mistake", other.code === 2, other.err.trim()),
      held(
        "one command approves it",
        approved.code === 0,
        `${approved.tookMs} ms: ${approved.out.split("\n")[0]}`,
      ),
      held(
        "it goes on, and green is live",
        end.ok && record.live === "green" && record.rollout === null,
        `${record.live} is live, ${record.last?.outcome}`,
      ),
      held(
        "the evidence has who approved it, by AWS's word",
        /^arn:[a-z-]+:iam::123456789012:user\/rehearsal$/.test(by ?? ""),
        by ?? "nobody",
      ),
      ...nothingLost(tally, play.drains),
      nobodyHurt(tally),
    ],
  };
}
