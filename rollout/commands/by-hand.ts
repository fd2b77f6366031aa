import { userInfo } from "node:os";
import { type Colour, colours } from "../../domain/colour.ts";
import { unlockLine } from "../../domain/command-line.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { type Weights, describeWeights } from "../../domain/weight.ts";
import { makeCapacity } from "../aws/capacity.ts";
import { type OpenAccount, openAccount } from "../aws/open-account.ts";
import { makeTraffic } from "../aws/traffic.ts";
import type { Choose } from "../run/claim.ts";
import { realClock } from "../run/open-ports.ts";
import type { Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { takeTrafficOver } from "../run/take-over.ts";
import { describeEvent } from "../run/words.ts";
import { exit, type Flags, paint } from "./command.ts";
import type { Target } from "./target.ts";

/** Takes the traffic over by hand: one rule change, proved. Exit 0 proved, 3 set and not proved in time. */
export async function takeOverByHand(
  flags: Flags,
  target: Target,
  choose: Choose,
  nothing: string,
): Promise<number> {
  const { inputs, ruleArn } = target;
  await using account = openAccount(inputs);
  const started = Date.now();
  const ports = portsOf(target, account, (text) => {
    if (!flags.json) process.stdout.write(`  ${text}\n`);
  });
  await mustExist(ports, target);
  const rollback = choose(target.record);
  const dead = rollback && (await deadColour(ports, rollback.to));
  if (dead)
    throw new UsageError(
      `${dead} has no healthy target, so no traffic can go there. ${describeWeights(target.record.weights)} stays. Start tasks in it first: aws ecs update-service --cluster ${inputs.cluster} --service ${inputs.services[dead]} --desired-count ${inputs.capacity[dead].tasks}`,
    );
  const who = `${userInfo().username} by hand`;
  const taken = await takeTrafficOver(
    ports,
    choose,
    { who, why: flags.why ?? "no reason was given" },
    inputs.plan.proofTimeout,
  );
  if (taken === null) throw new UsageError(nothing);
  const proved = taken.proof?.proved === true;
  const tookMs = Date.now() - started;
  if (flags.json)
    process.stdout.write(
      `${JSON.stringify({ rule: ruleArn, from: taken.from, weights: taken.record.weights, live: taken.record.live, writes: taken.writes, proved, tookMs })}\n`,
    );
  else
    process.stdout.write(
      `${proved ? paint("green", "proved") : paint("yellow", "not proved")}: ${describeWeights(taken.from)} → ${describeWeights(taken.record.weights)} in ${(tookMs / 1000).toFixed(1)} s. ${taken.record.live} is live.\n` +
        (taken.proof?.proved === false
          ? `${taken.proof.why}. Look again with: npm run status -- --stack ${inputs.stack}\n`
          : "") +
        `${paint("dim", unlockLine(inputs.stack))}\n`,
    );
  return proved ? exit.ok : exit.inconclusive;
}

/** Refuses before the record is touched when there is no rule to change. */
async function mustExist(ports: Ports, { ruleArn, inputs }: Target): Promise<void> {
  if ((await withRetries(ports, () => ports.rule.read())) !== null) return;
  throw new UsageError(
    `The weighted rule ${ruleArn} no longer exists, so there are no weights to set. Make it again with pulumi refresh and then pulumi up of stack ${inputs.stack}.`,
  );
}

/** A colour that would get traffic and has nothing to serve it. */
async function deadColour(ports: Ports, to: Weights): Promise<Colour | undefined> {
  const [blue, green] = await Promise.all(
    colours.map((of) => withRetries(ports, () => ports.capacity.healthy(of))),
  );
  const healthy = { blue: blue as number, green: green as number };
  return colours.find((of) => to[of] > 0 && healthy[of] < 1);
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
    gate: { candidate: noGate, bake: noGate, close: () => Promise.resolve() },
    evidence: { finish: () => Promise.resolve({ where: "", digest: "" }) },
    random: Math.random,
    report: (event) => say(describeEvent(event).text),
  };
}
