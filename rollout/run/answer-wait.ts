import { type Answer, endsAtHome, waitSeen, waitingWords } from "../../domain/approval.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
import { writeOrSee } from "../record/conditional-write.ts";
import type { Ports } from "./ports.ts";
import { withRetries } from "./retry.ts";

/** A person's word, before it is recorded. */
export type Word = Omit<Answer, "at"> & {
  /** The weight that is meant; left out: whichever waits. */
  readonly weight?: number | undefined;
};

/** What became of a person's word: the record that has it, or why it was not taken, in a sentence. */
export type Taken =
  | { readonly taken: true; readonly record: SwitchRecord; readonly rollout: RolloutUnderWay }
  | { readonly taken: false; readonly why: string };

/**
 * Records a person's word to the step that waits, by a conditional write and nothing else: whoever holds the lease sees it there, or
 * the guardian, or the next `up`.
 */
export async function answerWait(
  ports: Pick<Ports, "store" | "clock" | "random">,
  word: Word,
): Promise<Taken> {
  for (let tries = 0; tries < limits.writeTries; tries++) {
    const found = await withRetries(ports, () => ports.store.read());
    const now = ports.clock.now();
    const why = found === null ? "nothing is recorded yet." : refusal(found.record, word, now);
    if (found === null || why !== null) return { taken: false, why: why ?? "" };
    const { approved, by, why: said } = word;
    const answer = { approved, by, at: now, ...(said === undefined ? {} : { why: said }) };
    const rollout = answered(found.record.rollout as RolloutUnderWay, answer);
    const record = { ...found.record, rollout };
    if (await withRetries(ports, () => writeOrSee(ports, record, found.version)))
      return { taken: true, record, rollout };
  }
  throw new Error(`the record was changed ${limits.writeTries} times while the answer was being written`);
}

const answered = (rollout: RolloutUnderWay, answer: Answer): RolloutUnderWay => ({
  ...rollout,
  ...(rollout.waits ? { waits: { ...rollout.waits, answer } } : {}),
});

/** Why nothing can be answered, with what to type; null: it can. */
function refusal({ rollout, inputs }: SwitchRecord, { weight, approved }: Word, now: number): string | null {
  const stack = inputs?.stack;
  const see = `See: ${commandLine("status", stack)}`;
  if (rollout === null) return `No rollout is under way, so nothing waits for approval. ${see}`;
  const { waits, candidate } = rollout;
  if (waits === undefined)
    return `The rollout of ${candidate} (${rollout.release}) is under way and waits for nobody. ${
      approved ? see : `Stop it with: ${commandLine("abort", stack)}`
    }`;
  const where = `${candidate} at ${waits.weight} %`;
  if (weight !== undefined && weight !== waits.weight)
    return `--weight is ${weight}, and what waits for approval is ${where} (${rollout.release}). ${see}`;
  const seen = waitSeen(waits, now);
  if (seen.over !== "go-on" && !endsAtHome(seen)) return null;
  return `Nothing is left to answer: ${where}: ${waitingWords(waits, now)}. ${
    approved || endsAtHome(seen) ? see : `Stop the rollout with: ${commandLine("abort", stack)}`
  }`;
}
