import { describeWeights, sameWeights } from "../../../domain/weight.ts";
import { shortened } from "../../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../../drills/account.ts";
import { saidBy, startCliUp, typed } from "../../drills/cli-operator.ts";
import { type Moment, onWrites, strikeAt } from "../../drills/moment.ts";
import { CliEngine } from "../../stage/cli-engine.ts";
import { describeFailure } from "../failure.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";
import { type After, type Killed, judge, lineOf } from "./kills.ts";
import { watchOver } from "./left-behind.ts";

/** Kills that must have met a running CLI. */
const kills = 25;
/** Ups until then, at most: one that ends before its kill is none. */
const mostUps = 45;

const plan = {
  rollout: {
    steps: [
      { weight: 50, bake: "4s" },
      { weight: 100, bake: "4s" },
    ],
  },
};

/**
 * Each `up` asks for green, from the same beginning, and is killed once: half of the moments are spread over the time that a
 * whole one took, half over its writes, so that short things, as recording is, are met too. Then a person frees the stack and
 * goes on.
 */
export const killedAnywhere: Scenario = {
  name: "killed-anywhere",
  promise: `${kills} kill -9 of the CLI over the whole of an up: home in 5 s or untouched, and nothing is left behind.`,
  usual: false,
  engines: ["pulumi"],
  // The guardian sleeps: whoever brings the traffic home is the switch itself.
  stage: { scheduleSpeedup: 0.001 },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, plan);
  // Every rollback rejects green: each further rollout is a person's retry.
  play.stage.set({ rollout: { retry: (await account.record()).slots.green.release } });
  const whole = await measured(play);
  const moments = spread(whole, play.choices.random);
  const all: Killed[] = [];
  for (let ups = 0; all.length < kills && ups < mostUps; ups++) {
    const killed = await killedAt(play, account, moments[all.length] as Moment);
    if (killed !== null) {
      all.push(killed);
      play.say(lineOf(killed, all.length));
    }
    if (killed === null || killed.kept) await play.mustUp("greenWeight 0, for the next", { greenWeight: 0 });
  }
  const tally = await play.stopLoad();
  return {
    outcome: "held" as const,
    held: [
      held(`${kills} kills met a running CLI`, all.length === kills, `${all.length}`),
      ...judge(all),
      noRequestLost(tally),
    ],
  };
}

/** How long an `up` is that nobody kills, and how often it writes. */
interface Whole {
  readonly ms: number;
  readonly writes: number;
}

async function measured(play: Play): Promise<Whole> {
  let writes = 0;
  const stop = onWrites(play, () => writes++);
  const began = Date.now();
  await play.mustUp("greenWeight 100, and nobody is killed", { greenWeight: 100 });
  const ms = Date.now() - began;
  stop();
  await play.mustUp("greenWeight 0, for the next", { greenWeight: 0 });
  play.say(`a whole up takes ${ms} ms, and is heard ${writes} times to write`);
  return { ms, writes };
}

/** Moments in any order, each drawn from its own part of the whole: none of it is left out by chance. */
function spread({ ms, writes }: Whole, random: () => number): Moment[] {
  const byWrite = Math.floor(kills / 2);
  const byTime = kills - byWrite;
  const at = (n: number, of: number, whole: number) => Math.floor(((n + random()) / of) * whole);
  const moments: Moment[] = [
    ...Array.from({ length: byTime }, (_, n) => ({ ms: at(n, byTime, ms) })),
    ...Array.from({ length: byWrite }, (_, n) => ({ write: 1 + at(n, byWrite, writes) })),
  ];
  return moments
    .map((moment) => ({ moment, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ moment }) => moment);
}

/** One `up`, killed at a moment, and what a person finds and does after it. Null when it had ended before. */
async function killedAt(play: Play, account: Account, moment: Moment): Promise<Killed | null> {
  const cli = CliEngine.of(play.stage);
  const changes = account.countRuleChanges();
  const operator = await startCliUp(play, "greenWeight 100, and the CLI is killed", { greenWeight: 100 });
  let atKill: ReturnType<CliEngine["processes"]> = [];
  const how = await strikeAt(play, operator, moment, () => {
    if (operator.over) return false;
    atKill = cli.processes();
    operator.signal("SIGKILL");
    return true;
  });
  if (how === null) {
    changes();
    return null;
  }
  const left = await watchOver(account, cli, atKill);
  await operator.done;
  const found = { ...(await find(account)), moves: changes() };
  const after = await freed(play, found.kept);
  return { how, doing: doing(operator.said, atKill), left, ...found, ...after };
}

/** What was under way: what the switch said last, or how far the CLI was before it said anything. */
function doing(said: readonly string[], running: ReturnType<CliEngine["processes"]>): string {
  const last = said.at(-1);
  if (last !== undefined) return shortened(last, 44);
  const runs = (words: string) => running.some(({ command }) => command.includes(words));
  if (runs("pulumi/cmd/run")) return "the program runs";
  return runs("pulumi-language-nodejs") ? "the CLI starts plugins" : "the CLI starts";
}

/** What record and rule say once everything has ended. */
async function find(account: Account): Promise<Pick<Killed, "agree" | "kept" | "saw" | "home">> {
  const record = await account.record();
  const rule = await account.rule();
  const closed = record.rollout === null && record.intent === null && record.lease === null;
  const same = rule !== null && rule.foreign.length === 0 && sameWeights(rule.weights, record.weights);
  return {
    agree: closed && same,
    kept: record.live === "green" && same && sameWeights(record.weights, green(100)),
    home: rule !== null && sameWeights(rule.weights, green(0)),
    saw: `${rule === null ? "no rule" : describeWeights(rule.weights)}, recorded ${describeWeights(record.weights)}${closed ? "" : ", not closed"}`,
  };
}

/** A person frees the stack, and repeats what was done or takes it back. */
async function freed(play: Play, kept: boolean): Promise<After> {
  const cancelled = await typed(play, "cancel", "--yes");
  const asked = kept ? 100 : 0;
  const next = await play.up(`greenWeight ${asked}, after it`, { greenWeight: asked });
  return {
    cancelled: cancelled.code === 0 ? null : shortened(saidBy(cancelled), 140),
    refused: next.ok ? null : shortened(describeFailure(next), 140),
  };
}
