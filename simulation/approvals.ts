import type { Colour } from "../domain/colour.ts";
import { colours } from "../domain/colour.ts";
import type { SwitchRecord } from "../domain/record.ts";
import { type Weights, sameWeights } from "../domain/weight.ts";

/** How far clocks of two machines may be apart. */
const skewMs = 4_000;

/** A step that was seen to wait: since when by the true clock, and whether a person has approved it. */
interface Seen {
  readonly since: number;
  readonly began: number;
  approved: boolean;
}

/** Who approved what, as the account saw it: no candidate gets more than a step's weight that a person has still to approve. */
export class Approvals {
  readonly #violate: (rule: string) => void;
  readonly #seen: Record<Colour, Map<number, Seen>> = { blue: new Map(), green: new Map() };
  /** A colour has its weight, or had some of it, by hand: a person decided. */
  readonly #byHand: Record<Colour, boolean> = { blue: false, green: false };

  constructor(violate: (rule: string) => void) {
    this.#violate = violate;
  }

  /** The record was written. */
  noteRecord(before: SwitchRecord, { rollout }: SwitchRecord, isPerson: boolean, now: number): void {
    if (!rollout?.waits) return;
    const { weight, since, answer } = rollout.waits;
    const known = this.#seen[rollout.candidate].get(weight);
    const seen = known?.since === since ? known : { since, began: now, approved: false };
    this.#seen[rollout.candidate].set(weight, seen);
    const had = before.rollout?.waits?.answer ?? null;
    if (answer === null || had !== null) return;
    if (!isPerson) this.#violate(`${weight} % was answered, and by no person`);
    seen.approved ||= answer.approved;
  }

  /** The rule was changed: a colour that lost all its weight is asked for anew. */
  noteRule(after: Weights, isByHand: boolean): void {
    for (const of of colours) {
      if (after[of] === 0) this.#seen[of].clear();
      this.#byHand[of] = after[of] > 0 && (isByHand || this.#byHand[of]);
    }
  }

  /** The rule is about to be changed by a machine. */
  judge(record: SwitchRecord | undefined, before: Weights, after: Weights, now: number): void {
    const rollout = record?.rollout;
    if (!rollout || sameWeights(rollout.rollbackTarget, after) || this.#byHand[rollout.candidate]) return;
    const { candidate } = rollout;
    for (const { weight, approval } of record.inputs?.plan.steps ?? []) {
      if (approval === undefined || before[candidate] > weight || after[candidate] <= weight) continue;
      const seen = this.#seen[candidate].get(weight);
      const advanced =
        approval.otherwise === "advance" &&
        seen !== undefined &&
        now - seen.began >= approval.within - skewMs;
      if (!seen?.approved && !advanced)
        this.#violate(
          `${candidate} went from ${before[candidate]} to ${after[candidate]} %, and nobody had approved what follows ${weight} %`,
        );
    }
  }
}
