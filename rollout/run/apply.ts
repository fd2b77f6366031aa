import type { WaitSeen } from "../../domain/approval.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { Step } from "../../domain/plan.ts";
import { decide } from "../policy/decision.ts";
import type { Decision } from "../policy/situation.ts";
import { stepAt } from "../policy/steps-between.ts";
import { isUnverified } from "../policy/verified.ts";
import { Lease } from "../record/lease.ts";
import { adoptInputs } from "./adopt-inputs.ts";
import { adoptSeen } from "./adopt.ts";
import { begin } from "./begin.ts";
import type { DecidedUp } from "./decided-up.ts";
import { Refusal } from "./failures.ts";
import { deployFirst } from "./first-deployment.ts";
import { createRuleAgain, keep } from "./keep.ts";
import type { Ports } from "./ports.ts";
import { mustReach } from "./prove.ts";
import { withRetries } from "./retry.ts";
import { rollBackAsAsked } from "./roll-back-as-asked.ts";
import { type RolloutSpec, type Outcome, type Up, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";
import { readSettled } from "./settled.ts";
import { undo } from "./undo.ts";
import { describeDecision } from "./words.ts";

/** Does what one `up` asks. Throws Refusal where the policy refuses; then nothing was touched. */
export async function applyUp(ports: Ports, up: Up, cancel: AbortSignal): Promise<Outcome> {
  for (let tries = 0; tries < limits.writeTries; tries++) {
    const outcome = await tryUp(ports, up, cancel);
    if (outcome === "decide anew") continue;
    if (outcome.state !== "rolled-back" || !outcome.undone) return outcome;
    // An unfinished rollout is undone. What was asked is decided anew, from there.
  }
  throw new Refusal(
    `The record was changed ${limits.writeTries} times while this up was deciding on it; somebody else is at work. See: ${commandLine("status", up.inputs.stack)}`,
  );
}

type Tried = (Outcome & { readonly undone?: boolean }) | "decide anew";

async function tryUp(ports: Ports, up: Up, cancel: AbortSignal): Promise<Tried> {
  const found = await readSettled({ read: () => withRetries(ports, () => ports.store.read()) }, ports.clock);
  const rule = found?.record.ruleArn ? await withRetries(ports, () => ports.rule.read()) : null;
  if (found && (await adoptSeen(ports, found, rule, up.seen))) return "decide anew";
  const decision = decide({
    now: ports.clock.now(),
    record: found?.record ?? null,
    rule,
    request: up.inputs,
  });
  ports.report({ kind: "decided", decision: decision.kind, summary: describeDecision(decision) });
  if (decision.kind === "refuse") throw new Refusal(decision.why);
  if (decision.kind === "first") return deployFirst(ports, up, decision.live, found, cancel);
  if (found === null) throw new Error(`decided ${decision.kind} without a record`);
  // A shift that could not be proved is refused before anything is written.
  if (decision.kind === "shift" || decision.kind === "resume") await mustReach(ports, cancel);
  const lease = await Lease.take(ports, up.owner, found);
  if (lease === null) return "decide anew";
  if (found.record.ruleArn === null) await createRuleAgain(lease);
  const at = { up, lease, cancel, before: found.record };
  return decision.kind === "undo"
    ? { ...(await undo(at, decision.rollbackTarget, decision.why)), undone: true }
    : carryOut(at, decision);
}

type Work = Exclude<Decision, { kind: "refuse" | "first" | "undo" }>;

async function carryOut(at: DecidedUp, decision: Work): Promise<Outcome> {
  const { up, lease, cancel } = at;
  if (decision.kind === "nothing") return keep(at);
  if (decision.kind === "rollback") return rollBackAsAsked(at, decision.from, decision.to);
  const { candidate } = decision;
  await adoptInputs(at);
  if (decision.kind === "verify") return runRollout(lease, specOf(up, lease, candidate, []), cancel);
  const resumed = decision.kind === "resume";
  const waits = resumed ? decision.waits : undefined;
  const steps = waits ? [stepAt(up.inputs.plan.steps, waits.weight), ...decision.steps] : decision.steps;
  await begin(at, candidate, decision.asked);
  return runRollout(
    lease,
    {
      ...specOf(up, lease, candidate, steps),
      unverified: isUnverified(decision, at.before, up.inputs.releases),
      start: resumed ? resumeAt(decision) : "scaling",
    },
    cancel,
  );
}

/** Where a rollout is taken up: at its weight the proof and the bake are done again, for nobody knows how much was seen. */
function resumeAt(decision: { at: number; steps: readonly Step[]; waits?: WaitSeen }): RolloutSpec["start"] {
  if (decision.waits) return "waiting";
  if (decision.at === 0) return "scaling";
  return decision.steps[0]?.weight === decision.at ? "proving" : "shifting";
}
