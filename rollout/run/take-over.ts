import { perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import { restartDrain } from "../policy/drain.ts";
import { shows } from "../policy/live-rule.ts";
import { emptied } from "../policy/rollback-target.ts";
import { Hold } from "../record/hold.ts";
import { type Choose, type Minding, claim, lookAgain } from "./claim.ts";
import { Drifted } from "./failures.ts";
import type { Ports } from "./ports.ts";
import { type Proof, type Watch, prove } from "./prove.ts";
import { raiseServing } from "./raise-serving.ts";
import { urgently } from "./retry.ts";
import { setWeights } from "./set-weights.ts";

/** How long a takeover's proof goes on without success, and when answers on their way are given up; milliseconds. */
export interface ProofTime {
  readonly timeoutMs: number;
  readonly mostMs: number;
}

/** What whoever is no person brings. */
export interface Unattended {
  readonly mayGo: Minding["mayGo"];
  /** Told once the rule shows the weights, before they are proved. */
  readonly onSet: (weights: Weights) => void;
}

/** What a takeover did. */
export interface TakenOver {
  readonly record: SwitchRecord;
  readonly from: Weights;
  readonly writes: number;
  readonly proof: Proof | null;
}

/**
 * Takes the traffic over: fence and weights into the record, one ModifyRule, read back, proof. Waits for no lease, no gate
 * and no metric. Returns null when `choose` finds nothing to do. A person's word overrides what another person set by hand;
 * who gives `unattended` is none, and looks at rule and slots once more before the change, for the claim may have taken long: a
 * hand edit throws Drifted, and when `mayGo` throws, the claim is given back.
 * @param proof milliseconds, or asked once the rule shows the weights; null: they are not proved
 */
export async function takeTrafficOver(
  ports: Ports,
  choose: Choose,
  by: { who: string; why: string },
  proof: number | (() => ProofTime) | null,
  unattended: Unattended | null = null,
): Promise<TakenOver | null> {
  // A hand edit that is about to be overwritten is what the balancer does until then; the proof has to know it, the rollback not.
  const [claimed, found] = await Promise.all([claim(ports, choose, by), ports.rule.read().catch(() => null)]);
  if (claimed === null) return null;
  const { hold, pending } = claimed;
  const from = claimed.before.weights;
  const { record } = hold;
  const late = [from, ...(record.reassert?.instead ?? [])];
  const before = [...late, ...(found ? [found.weights] : []), ...(record.unseen?.before ?? [])];
  const minding = unattended && { ours: [...late, record.weights], mayGo: unattended.mayGo };
  if (minding) await lookAgain(minding, claimed);
  const raised = record.inputs && raiseServing(ports, record.weights, tasksOf(record.inputs));
  const { signal } = new AbortController();
  const watch = proof === null ? null : () => ({ ...timeOf(proof), signal, pending });
  const done = await setAndProve(hold, {
    before,
    minding,
    watch,
    onSet: unattended?.onSet ?? (() => undefined),
  });
  await raised;
  await release(hold, done.proof?.proved === true);
  return { record: hold.record, from, ...done };
}

const timeOf = (proof: number | (() => ProofTime)) =>
  typeof proof === "number" ? { timeoutMs: proof } : proof();

const tasksOf = ({ capacity }: SwitchInputs) => perColour((of) => capacity[of].tasks);

/**
 * Sets the rule, reads it back and proves it, and sees that it still shows what was proved: a change of the rollout that was
 * taken over may have been under way, and then all of it is done again.
 */
async function setAndProve(
  hold: Hold,
  how: {
    before: readonly Weights[];
    minding: Minding | null;
    watch: (() => Watch) | null;
    onSet: (weights: Weights) => void;
  },
): Promise<{ writes: number; proof: Proof | null }> {
  const { ports } = hold;
  const { weights } = hold.record;
  let writes = 0;
  let told = false;
  for (let n = 1; ; n++) {
    writes += await setWeights(hold, weights, how.minding);
    const again = n > 1 ? ports.clock.now() : null;
    let live = await urgently(ports, () => ports.rule.read());
    let proof: Proof | null = null;
    if (live !== null && shows(live, [weights])) {
      if (!told) how.onSet(weights);
      told = true;
      const watch = how.watch?.();
      if (watch) {
        // What came in between may not have shown yet: the balancer would still answer as after the first time.
        const unclearUntil = again && again + watch.timeoutMs;
        proof = await prove(ports, how.before, weights, { ...watch, unclearUntil });
        live = await urgently(ports, () => ports.rule.read());
      }
    }
    if (live !== null && shows(live, [weights])) return { writes, proof };
    await hold.mustLast();
    if (n >= limits.modifyTries || (how.minding && !(live && shows(live, how.minding.ours))))
      throw new Drifted(live, weights);
  }
}

/**
 * Gives the lease back, unless somebody has taken it over since: then it is theirs. What is not proved may still send new
 * sessions to the slot that was left, which therefore takes them until the guardian ends that.
 */
async function release(hold: Hold, proved: boolean): Promise<void> {
  const { ports, record } = hold;
  const now = ports.clock.now();
  const over = proved ? { ...emptied(record, now), unseen: null } : restartDrain(record, now);
  await urgently(ports, () => hold.letGo({ ...over, lease: null }));
}
