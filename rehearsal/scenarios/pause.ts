import type { RunResult } from "pulumi-engine";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { runCommand } from "../drills/command.ts";
import { startUp } from "../drills/operator.ts";
import { askingSteps, waits } from "./approval.ts";
import { describeFailure } from "./failure.ts";
import { greenBeside } from "./green-beside.ts";
import { periodMs, speedup, tickMs } from "./guardian-pace.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** How long nobody answers before the guardian acts, in the first part. */
const withinMs = 20_000;

/** The scenario of a step that nobody is there for: paused, left alone, killed while it waits, approved later. */
export const pause: Scenario = {
  name: "pause",
  promise:
    "An up that waits for a person ends as paused; the guardian holds the weight, or sends it home when its time is over.",
  usual: false,
  releaseIsGood: true,
  stage: { speedup },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, askingSteps({ within: `${withinMs / 1_000}s`, pauseAfter: "2s" }));
  const seen = [...(await timesOut(play, account)), ...(await staysAndGoesOn(play, account))];
  await play.enoughLoad();
  const tally = await play.stopLoad();
  const { live } = await account.record();
  return {
    outcome: live === "green" ? ("promoted" as const) : ("held" as const),
    held: [...seen, ...nothingLost(tally, play.drains), nobodyHurt(tally)],
  };
}

/** Nobody answers: the guardian sends everybody home, and holds nothing against the release. */
async function timesOut(play: Play, account: Account): Promise<Held[]> {
  const up = await play.up("greenWeight 100; nobody answers", { greenWeight: 100 });
  const record = await account.record();
  const until = record.rollout?.waits?.until ?? 0;
  const first = [pausedAt25("an up that nobody answers ends with 0 and says so", up, await said(play))];
  await account.shows(green(0), withinMs + 2 * periodMs + tickMs);
  const homeMs = Date.now() - until;
  const after = await account.record();
  return [
    ...first,
    held("the lease is given back", record.lease === null, JSON.stringify(record.lease)),
    held(
      "when the time is over the guardian sends everybody home, and no sooner",
      homeMs >= 0 && homeMs < periodMs + tickMs,
      `${homeMs} ms after it, period ${periodMs} ms`,
    ),
    held(
      "nothing is held against the release, and a person is told",
      after.rejected.length === 0 && account.pages().some((page) => /nobody answered until/.test(page)),
      shortened(account.pages().at(-1) ?? "nobody was told", 120),
    ),
  ];
}

/** Left alone, asked again, killed while it waits: the weight stays, until somebody approves it and an `up` goes on. */
async function staysAndGoesOn(play: Play, account: Account): Promise<Held[]> {
  const pauses = askingSteps({ within: "30m", pauseAfter: "2s" });
  const first = await play.up("greenWeight 100 once more, with half an hour to answer", pauses);
  const pages = account.pages().length;
  await play.pause(2 * periodMs);
  const alone = await account.rule();
  const again = await play.up("the same, and nobody has approved it");

  const killed = await startUp(
    play,
    "one that waits longer, killed with -9 while it does",
    askingSteps({ within: "30m" }),
  );
  await account.until("it waits", tickMs * 3, async () => (await account.record()).lease !== null);
  await waits(account);
  await play.pause(2_000);
  const wasThere = killed.killPlugin();
  await killed.done.catch(() => undefined);
  await account.passLease();
  await play.pause(2 * periodMs);
  const afterKill = await account.rule();
  const { rollout } = await account.record();
  const quiet = account.pages().length === pages;

  const approved = await runCommand(play.stage, "approve", ["--stack", "rehearsal"]);
  await play.pause(periodMs);
  const approvedOnly = await account.rule();
  const on = await play.up("the next up", pauses);
  const record = await account.record();
  const lines = await said(play);
  return [
    pausedAt25("so does the next", first, lines),
    pausedAt25("and one that comes before anybody approved it", again, lines),
    held(
      "the guardian holds the weight and tells nobody anything",
      alone?.weights.green === 25 && quiet,
      `green ${alone?.weights.green} %, ${account.pages().length - pages} pages`,
    ),
    held(
      "a kill -9 while it waits leaves it waiting",
      wasThere && afterKill?.weights.green === 25 && rollout?.waits?.answer === null,
      `green ${afterKill?.weights.green} %`,
    ),
    held(
      "an approval alone moves nothing",
      approved.code === 0 && approvedOnly?.weights.green === 25,
      `green ${approvedOnly?.weights.green} %; ${approved.out.split("\n")[2]}`,
    ),
    held(
      "the next up goes on from there",
      on.ok && record.live === "green",
      on.ok ? `${record.live} is live` : shortened(describeFailure(on), 100),
    ),
  ];
}

/** What the switch said as it ended, each time. */
async function said(play: Play): Promise<readonly string[]> {
  const lines = await play.evidence();
  return lines.flatMap((line) => (line.kind === "ended" && line.outcome === "paused" ? [line.why] : []));
}

const pausedAt25 = (what: string, up: RunResult, ends: readonly string[]): Held =>
  held(
    what,
    up.ok && ends.length > 0 && ends.every((why) => why.startsWith("paused at 25 %")),
    up.ok ? shortened(ends.at(-1) ?? "it did not say so", 110) : shortened(describeFailure(up), 110),
  );
