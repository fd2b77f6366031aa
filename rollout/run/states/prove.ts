import type { Step } from "../../../domain/plan.ts";
import type { Weights } from "../../../domain/weight.ts";
import type { Event } from "../../policy/machine.ts";
import { notPassed } from "../../policy/not-passed.ts";
import { unclearUntil } from "../../policy/unseen.ts";
import { prove } from "../prove.ts";
import { type RolloutRun, possible, weightsOf } from "../rollout-spec.ts";
import { mustStillShow } from "./still-shown.ts";

/** `proving`: the step's weights as traffic shows them. */
export async function proveStep(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const to = weightsOf(run);
  if (!(await proveAndRecord(run, to, signal, lease.record.weights[spec.candidate] < to[spec.candidate])))
    return "unproved";
  const { weight } = spec.steps[run.step] as Step;
  await lease.change((record) => notPassed(record, weight));
  run.judgement = null;
  return "proved";
}

/**
 * Watches traffic; a proved weight becomes the recorded one and clears the intent.
 * @param raised the candidate gains weight: nobody waits for one that takes no request
 */
async function proveAndRecord(
  run: RolloutRun,
  to: Weights,
  signal: AbortSignal,
  raised: boolean,
): Promise<boolean> {
  const { lease, spec } = run;
  const { ports } = lease;
  const { weights, unseen } = lease.record;
  const before = [weights, ...possible(run), ...(unseen?.before ?? [])];
  const { proofTimeout } = spec.plan;
  const proof = await prove(ports, before, to, {
    timeoutMs: proofTimeout,
    signal,
    pending: run.pending,
    ...(raised ? { gains: spec.candidate } : {}),
    unclearUntil: unclearUntil(lease.record, to, proofTimeout),
  });
  if (!proof.proved) {
    // It took longer than it may. In a rollback it gets that time once more to show.
    if (run.pending) run.pending = { ...run.pending, until: ports.clock.now() + proofTimeout };
    run.why = proof.turnedAway
      ? `${spec.candidate} answers nothing at ${to[spec.candidate]} %, and the balancer turns users away: ${proof.why}`
      : `the balancer accepted the weights and did not show them within ${spec.plan.proofTimeout / 1000} s: ${proof.why}`;
    ports.report({ kind: "unproved", weights: to, answers: proof.answers, why: proof.why });
    return false;
  }
  // Answers can't tell a hand edit to a share close by: what was proved must also be what the rule says.
  await mustStillShow(run, to);
  await lease.change((record) => ({ ...record, weights: to, intent: null, unseen: null }));
  run.possible = [to];
  run.pending = null;
  ports.report({
    kind: "proved",
    weights: to,
    answers: proof.answers,
    addresses: proof.addresses,
    tookMs: proof.tookMs,
  });
  return true;
}

/** `proving-rollback`: the rollback as traffic shows it. */
export async function proveRollback(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  return (await proveAndRecord(run, run.spec.rollbackTarget, signal, false)) ? "proved" : "unproved";
}
