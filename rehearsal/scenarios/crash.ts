import type { Colour } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, guardianOwner } from "../../domain/record.ts";
import { describeWeights, sameWeights } from "../../domain/weight.ts";
import { shortened } from "../../domain/wrapped.ts";
import type { LiveRule } from "../../rollout/policy/live-rule.ts";
import type { Tally } from "../clients/tally.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { strikeAt } from "../drills/moment.ts";
import { type Operator, startUp } from "../drills/operator.ts";
import { describeFailure } from "./failure.ts";
import { greenBeside } from "./green-beside.ts";
import { periodMs, speedup, tickMs } from "./guardian-pace.ts";
import { noRequestLost } from "./losses.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** Kills that must have met a running switch. */
const kills = 25;
/** Ups until then, at most: one that ends before its kill is none. */
const mostUps = 45;
/** A whole rollout of the plan below takes about as long; kills are drawn from it. */
const rolloutMs = 11_000;
/** Calls that a whole rollout makes to the balancer and to the table, about. */
const rolloutCalls = 45;

const plan = {
  rollout: {
    steps: [
      { weight: 50, bake: "4s" },
      { weight: 100, bake: "4s" },
    ],
  },
};

/**
 * Each `up` takes up or undoes what the one before it left, and is killed in its turn: at a random moment, or at a random
 * call, before it takes effect or after. After every fourth nobody comes back, and the guardian has to bring the traffic home.
 */
export const crash: Scenario = {
  name: "crash",
  promise: `${kills} kill -9 of the switch at random moments: traffic is home or where the record says, nothing is lost.`,
  usual: false,
  stage: { speedup },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

/** What one kill left, and what became of it. */
interface Killed {
  readonly n: number;
  readonly how: string;
  /** When its lease was let run out. */
  readonly at: number;
  readonly unfinished: boolean;
  /** The rule shows what the record says, or what it says is about to be set. */
  readonly explained: boolean;
  readonly saw: string;
  /** From the end of the lease to the rollback being there, by the guardian; null where an `up` came back. */
  rollbackMs: number | null;
  /** What the next `up` said it does about it; null where the guardian did. */
  said: string | null;
}

async function show(play: Play, account: Account) {
  const { random } = play.choices;
  const load = await greenBeside(play, plan);
  // Every rollback rejects green: each further rollout is a person's retry.
  play.stage.set({ rollout: { retry: (await account.record()).slots.green.release } });

  const all: Killed[] = [];
  let last: Killed | null = null;
  let asked = 100;
  for (let ups = 0; all.length < kills && ups < mostUps; ups++) {
    const before = await account.record();
    // What was asked before is asked again, mostly: then a rollout is taken up. Else it is undone first.
    if (before.rollout === null) asked = before.live === "blue" ? 100 : 0;
    else if (random() < 0.25) asked = 100 - asked;
    const operator = await startUp(play, `greenWeight ${asked}, kill ${all.length + 1}`, {
      greenWeight: asked,
    });
    const how = await killSomewhere(play, operator);
    await operator.done.catch(() => undefined);
    if (last !== null) await follow(account, last, operator);
    last = null;
    if (how === null) continue;
    last = await look(account, all.length + 1, how);
    all.push(last);
    play.say(`kill ${last.n} ${last.how}: ${last.saw}`);
    await account.passLease();
    if (last.n % 4 === 0) last.rollbackMs = await awaitRollback(account, load.tally);
  }

  await account.passLease();
  const whole = await startUp(play, "greenWeight 100, and nobody is killed", { greenWeight: 100 });
  const end = await whole.done;
  if (last !== null) await follow(account, last, whole);
  const record = await account.record();
  const rule = await account.rule();
  const tally = await play.stopLoad();
  return {
    outcome: end.ok ? ("promoted" as const) : ("held" as const),
    held: [
      held(`${kills} kills met a running switch`, all.length === kills, `${all.length}`),
      ...judge(all),
      noRequestLost(tally),
      held(
        "the last up, left alone, does what it is asked",
        end.ok && rule !== null && sameWeights(rule.weights, green(100)) && record.lease === null,
        end.ok
          ? `${record.live} is live (${describeWeights(record.weights)})`
          : shortened(describeFailure(end), 120),
      ),
    ],
  };
}

/** Kills the switch at a random moment of its rollout or at a random call. Null when it had ended before. */
async function killSomewhere(play: Play, operator: Operator): Promise<string | null> {
  const { random } = play.choices;
  const byCall = random() < 0.5;
  const share = random();
  while (!operator.over && operator.said.length === 0) await play.pause(10);
  const moment = byCall
    ? { call: 1 + Math.floor(share * rolloutCalls) }
    : { ms: Math.round(share * rolloutMs) };
  return await strikeAt(play, operator, moment, () => operator.killPlugin());
}

async function look(account: Account, n: number, how: string): Promise<Killed> {
  const record = await account.record();
  const rule = await account.rule();
  const unfinished = record.rollout !== null || record.intent !== null;
  const live = rule === null ? "no rule" : describeWeights(rule.weights);
  return {
    n,
    how,
    at: Date.now(),
    unfinished,
    explained: rule !== null && explains(record, rule),
    saw: `${live}, recorded ${describeWeights(record.weights)}${record.intent ? `, intended ${describeWeights(record.intent.to)}` : ""}`,
    rollbackMs: null,
    said: null,
  };
}

/** What the `up` after a kill made of it, unless the guardian was there first. */
async function follow(account: Account, killed: Killed, { said }: Operator): Promise<void> {
  if (!killed.unfinished || killed.rollbackMs !== null) return;
  killed.said = decisionIn(said);
  const { fencedBy } = await account.record();
  if (killed.said === null && fencedBy?.who.startsWith(guardianOwner) === true && fencedBy.at >= killed.at)
    killed.rollbackMs = fencedBy.at - killed.at;
}

/** The rollback target, the weights recorded, or those that the record says were being set. */
function explains(record: SwitchRecord, { weights, foreign }: LiveRule): boolean {
  const ours = [
    record.weights,
    ...(record.intent ? [record.intent.to] : []),
    ...(record.rollout ? [record.rollout.rollbackTarget] : []),
  ];
  return foreign.length === 0 && ours.some((one) => sameWeights(one, weights));
}

/** How long answers must have come from where the record says, in milliseconds. */
const quietMs = 500;

/**
 * Milliseconds until the guardian has closed what was open, with the rule where its record says and all answers of a while
 * from there. It may still be watching: what the killed process had written could yet arrive.
 */
async function awaitRollback(account: Account, { seen }: Tally): Promise<number> {
  return account.until("the guardian brings the traffic home", periodMs + tickMs, async () => {
    const record = await account.record();
    const rule = await account.rule();
    const closed = record.rollout === null && record.intent === null;
    const recent = seen.filter(({ sentAt, slot }) => slot !== null && sentAt > Date.now() - quietMs);
    const there = recent.every(({ slot }) => record.weights[slot as Colour] > 0);
    return closed && rule !== null && sameWeights(rule.weights, record.weights) && recent.length > 0 && there;
  });
}

/** What an `up` said it does about an unfinished rollout. */
function decisionIn(said: readonly string[]): string | null {
  return said.find((line) => /it goes on with|everything goes back to/.test(line)) ?? null;
}

function judge(all: readonly Killed[]): Held[] {
  const unexplained = all.filter(({ explained }) => !explained);
  const rollbacks = all.flatMap(({ rollbackMs }) => (rollbackMs === null ? [] : [rollbackMs]));
  const left = all.filter(({ unfinished, rollbackMs }) => unfinished && rollbackMs === null);
  const told = left.filter(({ said }) => said !== null);
  const count = (words: RegExp) => told.filter(({ said }) => words.test(said ?? "")).length;
  const silent = left.filter(({ said }) => said === null);
  const slowest = Math.max(0, ...rollbacks);
  return [
    held(
      "after each kill the rule shows what the record says",
      unexplained.length === 0,
      unexplained.length === 0
        ? `${all.length} of ${all.length}`
        : unexplained.map(({ n, how, saw }) => `kill ${n} ${how}: ${saw}`).join("; "),
    ),
    held(
      "where nobody comes back, the guardian has it home within one period of the lease's end",
      rollbacks.length > 0 && slowest <= periodMs + tickMs,
      `${rollbacks.length} times, slowest ${slowest} ms, period ${periodMs} ms, lease ${limits.leaseMs} ms`,
    ),
    held(
      "the next up resumes or undoes, and says which and why",
      silent.length === 0,
      `${left.length} unfinished: ${count(/goes on with/)} resumed, ${count(/goes back to/)} undone, ${silent.length} not told${silent.length > 0 ? ` (kills ${silent.map(({ n }) => n).join(", ")})` : ""}`,
    ),
  ];
}
