import { waitingWords } from "../../domain/approval.ts";
import { leaseHeld } from "../../domain/record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { callerArn } from "../aws/caller.ts";
import { openAccount } from "../aws/open-account.ts";
import { type Taken, answerWait } from "../run/answer-wait.ts";
import { realClock } from "../run/open-ports.ts";
import { exit, main, paint, readFlags } from "./command.ts";
import { findTarget, type Target } from "./target.ts";

const help = `npm run approve -- --stack STACK | --rule ARN  [--weight N] [--reject] [--why TEXT]
                   [--region R] [--json]

Approves what follows the step that a rollout waits at, or with --reject turns it down: then the
traffic goes home and the release is rejected. Recorded with who AWS says you are. Moves no traffic
itself: the up that waits goes on within seconds; where it has ended as paused, the next one does.
A release that is turned down is sent home by the guardian where no up is there.

--weight names the weight that you mean; where another one waits by then, nothing is approved.

Example: npm run approve -- --stack production --weight 25 --why "support saw nothing unusual"
Exit: 0 recorded, 1 failed, 2 refused before any write.
`;

async function approve(): Promise<number> {
  const flags = readFlags("approve", help);
  const weight = weightOf(flags.weight);
  const target = await findTarget(flags);
  // As themselves: who may only approve takes no role that moves traffic.
  await using account = openAccount({ region: target.inputs.region });
  const ports = { store: account.store(target.inputs), clock: realClock, random: Math.random };
  const said = flags.why === undefined ? {} : { why: flags.why };
  const by = await callerArn(target.inputs.region);
  const taken = await answerWait(ports, { approved: !flags.reject, by, weight, ...said });
  if (!taken.taken) throw new UsageError(taken.why);
  if (flags.json) process.stdout.write(`${JSON.stringify(facts(target, taken))}\n`);
  else process.stdout.write(`${lines(target, taken).join("\n")}\n`);
  return exit.ok;
}

/** A whole percent. Throws UsageError for anything else. */
function weightOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100)
    throw new UsageError(
      `--weight is "${text}": give a whole number of percent`,
      "npm run approve -- --help",
    );
  return Number(text);
}

type Recorded = Extract<Taken, { taken: true }>;

function facts({ ruleArn }: Target, { record, rollout }: Recorded) {
  const { waits, candidate, release } = rollout;
  return {
    rule: ruleArn,
    candidate,
    release,
    weight: waits?.weight,
    answer: waits?.answer && { ...waits.answer, at: new Date(waits.answer.at).toISOString() },
    upWaits: leaseHeld(record, Date.now()) !== null,
  };
}

function lines({ inputs }: Target, { record, rollout }: Recorded): string[] {
  const { waits, candidate, release } = rollout;
  if (waits === undefined) return [];
  const now = Date.now();
  const said = waits.answer?.approved === true;
  const word = said ? paint("green", "approved") : paint("yellow", "turned down");
  const held = leaseHeld(record, now);
  return [
    `${word}: what follows ${waits.weight} % of ${candidate}, release ${release}.`,
    `Recorded: ${waitingWords(waits, now)}.`,
    held
      ? `The up of ${held.owner} sees it within seconds.`
      : said
        ? `No up waits for it. Go on with: pulumi up --stack ${inputs.stack}`
        : `No up waits for it: the guardian sends the traffic home within a minute. At once: npm run abort -- --stack ${inputs.stack}`,
  ];
}

await main(approve);
