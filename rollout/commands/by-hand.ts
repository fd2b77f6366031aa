import { type Colour, type PerColour, colours } from "../../domain/colour.ts";
import { unlockLine } from "../../domain/command-line.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { type Weights, describeWeights } from "../../domain/weight.ts";
import { makeCapacity } from "../aws/capacity.ts";
import { type OpenAccount, openAccount } from "../aws/open-account.ts";
import { makeTraffic } from "../aws/traffic.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import type { Rollback } from "../policy/rollback-target.ts";
import { realClock } from "../run/open-ports.ts";
import { operatorName } from "../run/operator.ts";
import type { Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { type TakenOver, takeTrafficOver } from "../run/take-over.ts";
import { describeEvent } from "../run/words.ts";
import { exit, type Flags, noHealthyTarget, paint } from "./command.ts";
import type { Target } from "./target.ts";

/** Decides on what is recorded and on what the rule shows; null: there is nothing to do. */
export type ChooseByHand = (found: SwitchRecord, rule: LiveRule) => Rollback | null;

/** Takes the traffic over by hand: one rule change, proved. Exit 0 proved, 3 set and not proved in time. */
export async function takeOverByHand(
  flags: Flags,
  target: Target,
  choose: ChooseByHand,
  nothing: string,
): Promise<number> {
  const { inputs } = target;
  await using account = openAccount(inputs);
  const started = Date.now();
  const say = (text: string) => {
    if (!flags.json) process.stdout.write(`  ${text}\n`);
  };
  const ports = portsOf(target, account, say);
  const rule = await ruleThere(ports, target);
  const healthy = await healthyTargets(ports);
  const dead = ({ to }: Rollback) => colours.find((of) => to[of] > 0 && healthy[of] < 1);
  // Asked of what is found as the traffic is taken over: somebody may have moved it since the first look.
  const chosen = (found: SwitchRecord) => {
    const rollback = choose(found, rule);
    const empty = rollback && dead(rollback);
    if (empty && flags.force === undefined) throw new UsageError(emptyWords(empty, inputs, rule.weights));
    return rollback;
  };
  const who = `${operatorName()} by hand`;
  const taken = await takeTrafficOver(
    ports,
    chosen,
    { who, why: flags.why ?? "no reason was given" },
    inputs.plan.proofTimeout,
  );
  if (taken === null) throw new UsageError(nothing);
  const proved = taken.proof?.proved === true;
  const done = { from: rule.weights, taken, proved, tookMs: Date.now() - started };
  const empty = dead({ to: taken.record.weights, rejected: null });
  if (flags.json) process.stdout.write(`${JSON.stringify(facts(target, done, empty))}\n`);
  else process.stdout.write(`${lines(target, done, empty).join("\n")}\n`);
  return proved ? exit.ok : exit.inconclusive;
}

interface Done {
  /** What the rule showed before. */
  readonly from: Weights;
  readonly taken: TakenOver;
  readonly proved: boolean;
  readonly tookMs: number;
}

function facts({ ruleArn }: Target, { from, taken, proved, tookMs }: Done, empty: Colour | undefined) {
  const { weights, live } = taken.record;
  const forced = empty && { withoutHealthyTarget: empty };
  return { rule: ruleArn, from, weights, live, writes: taken.writes, proved, tookMs, ...forced };
}

function lines(
  { inputs }: Target,
  { from, taken, proved, tookMs }: Done,
  empty: Colour | undefined,
): string[] {
  const { proof, record } = taken;
  const word = proved ? paint("green", "proved") : paint("yellow", "not proved");
  const moved = `${describeWeights(from)} → ${describeWeights(record.weights)}`;
  return [
    `${word}: ${moved} in ${(tookMs / 1000).toFixed(1)} s. ${record.live} is live.`,
    ...(empty ? [`${empty} has no healthy target, and has its traffic because --force says so.`] : []),
    ...(proof?.proved === false
      ? [`${proof.why}. Look again with: npm run status -- --stack ${inputs.stack}`]
      : []),
    paint("dim", unlockLine(inputs.stack)),
  ];
}

/** The rule as it is. Refuses before the record is touched when there is none to change. */
async function ruleThere(ports: Ports, { ruleArn, inputs }: Target): Promise<LiveRule> {
  const rule = await withRetries(ports, () => ports.rule.read());
  if (rule !== null) return rule;
  throw new UsageError(
    `The weighted rule ${ruleArn} no longer exists, so there are no weights to set. Make it again with pulumi refresh and then pulumi up of stack ${inputs.stack}.`,
  );
}

async function healthyTargets(ports: Ports): Promise<PerColour<number>> {
  const [blue, green] = await Promise.all(
    colours.map((of) => withRetries(ports, () => ports.capacity.healthy(of))),
  );
  return { blue: blue as number, green: green as number };
}

/** The refusal of a slot that would get traffic and has nothing to serve it. */
function emptyWords(empty: Colour, { cluster, services, capacity }: SwitchInputs, stays: Weights): string {
  const start = `aws ecs update-service --cluster ${cluster} --service ${services[empty]} --desired-count ${capacity[empty].tasks}`;
  return `${empty} has no healthy target, so no traffic can go there. ${describeWeights(stays)} stays. Start tasks in it first: ${start} To send it there all the same, add: --force ${noHealthyTarget}`;
}

/** Ports without gates: this path waits for no judgement. */
function portsOf(
  { inputs, ruleArn }: Target,
  { clients, store, rule }: OpenAccount,
  say: (text: string) => void,
): Ports {
  const noGate = () => Promise.reject(new Error("a rollback asks no gate"));
  return {
    clock: realClock,
    store: store(inputs),
    rule: rule(ruleArn, inputs.targetGroups),
    capacity: makeCapacity(clients, inputs, realClock),
    traffic: makeTraffic(inputs.hub),
    gate: { candidate: noGate, bake: noGate, watch: noGate, close: () => Promise.resolve() },
    evidence: { finish: () => Promise.resolve({ where: "", digest: "" }) },
    random: Math.random,
    report: (event) => say(describeEvent(event).text),
  };
}
