import { pausedWords } from "../../domain/approval.ts";
import { type Colour, colours, perColour } from "../../domain/colour.ts";
import { unlockLine } from "../../domain/command-line.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { describeWeights } from "../../domain/weight.ts";
import { makeCapacity } from "../aws/capacity.ts";
import { openAccount } from "../aws/open-account.ts";
import { decide } from "../policy/decision.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import { realClock } from "../run/open-ports.ts";
import { describeDecision } from "../run/words.ts";
import { exit, main, paint, readFlags } from "./command.ts";
import { findTarget, type Target } from "./target.ts";

const help = `npm run status -- --stack STACK | --rule ARN  [--region R] [--json]

Shows where the traffic is: live weights, releases, healthy targets, who holds the lease, the last
rollout, rejected releases, and what a pulumi up with the last inputs would do now. Changes nothing.

Example: npm run status -- --stack production
Exit: 0 the live rule is what was recorded, 1 it is not, 2 usage, 3 it could not be looked at.
`;

async function status(): Promise<number> {
  const flags = readFlags("status", help);
  const target = await findTarget(flags);
  const seen = await look(target);
  if (flags.json) process.stdout.write(`${JSON.stringify(facts(target, seen))}\n`);
  else process.stdout.write(`${lines(target, seen).join("\n")}\n`);
  return seen.rule !== null && describeWeights(seen.rule.weights) === describeWeights(target.record.weights)
    ? exit.ok
    : exit.failed;
}

interface Seen {
  readonly rule: LiveRule | null;
  readonly healthy: Record<Colour, number>;
  readonly next: string;
}

async function look({ inputs, ruleArn, record }: Target): Promise<Seen> {
  await using account = openAccount(inputs);
  const capacity = makeCapacity(account.clients, inputs, realClock);
  const [rule, blue, green] = await Promise.all([
    account.rule(ruleArn, inputs.targetGroups).read(),
    capacity.healthy("blue"),
    capacity.healthy("green"),
  ]);
  return {
    rule,
    healthy: { blue, green },
    next: describeDecision(decide({ now: Date.now(), record, rule, request: inputs })),
  };
}

function facts({ record, ruleArn }: Target, { rule, healthy, next }: Seen) {
  return {
    rule: ruleArn,
    liveWeights: rule?.weights ?? null,
    recordedWeights: record.weights,
    live: record.live,
    liveSince: new Date(record.liveSince).toISOString(),
    slots: perColour((of) => ({
      ...record.slots[of],
      healthyTargets: healthy[of],
      draining: record.drain[of] !== null,
    })),
    lease: leaseHeld(record, Date.now()),
    rollout: record.rollout,
    rollbackTarget: record.previous,
    rejected: record.rejected,
    fencedBy: record.fencedBy,
    lastRollout: record.last,
    nextUp: next,
  };
}

function lines({ record, inputs }: Target, { rule, healthy, next }: Seen): string[] {
  const matches = rule !== null && describeWeights(rule.weights) === describeWeights(record.weights);
  const row = (name: string, text: string) => `${paint("dim", name.padEnd(16))}${text}`;
  return [
    row("live", `${paint("bold", record.live)} since ${isoToTheSecond(record.liveSince)}`),
    row(
      "weights",
      rule === null
        ? paint("red", "the weighted rule is gone")
        : `${describeWeights(rule.weights)}${matches ? "" : paint("red", `  recorded: ${describeWeights(record.weights)}`)}`,
    ),
    ...colours.map((of) =>
      row(
        of,
        `release ${record.slots[of].release}, ${healthy[of]} healthy target${healthy[of] === 1 ? "" : "s"}${record.drain[of] === null ? "" : ", draining"}`,
      ),
    ),
    ...(record.rollout?.waits
      ? [row("approval", pausedWords(record.rollout.waits, Date.now(), inputs.stack))]
      : []),
    row("lease", leaseText(record)),
    row(
      "rollback target",
      record.previous
        ? `${record.previous.colour} (${record.previous.release}) until ${isoToTheSecond(record.previous.until)}`
        : "none",
    ),
    ...record.rejected
      .slice(-3)
      .map((entry) => row("rejected", `${entry.release} at ${isoToTheSecond(entry.at)}: ${entry.why}`)),
    row(
      "last rollout",
      record.last ? `${record.last.outcome} at ${record.last.at}: ${record.last.why}` : "none",
    ),
    row("next up", next),
    row("a dead lock", unlockLine(inputs.stack)),
  ];
}

function leaseText(record: SwitchRecord): string {
  const lease = leaseHeld(record, Date.now());
  return lease
    ? `${lease.owner} since ${isoToTheSecond(lease.since)}, until ${isoToTheSecond(lease.until)} unless renewed`
    : "free";
}

await main(status, exit.inconclusive);
