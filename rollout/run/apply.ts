import { type Colour, other, perColour } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { Step } from "../../domain/plan.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { type Decision, decide } from "../policy/decision.ts";
import { stillArriving } from "../policy/unseen.ts";
import { Lease } from "../record/lease.ts";
import { createRule } from "./create-rule.ts";
import { Refusal } from "./failures.ts";
import { deployFirst } from "./first-deployment.ts";
import type { Ports } from "./ports.ts";
import { mustReach } from "./prove.ts";
import { withRetries } from "./retry.ts";
import { type RolloutSpec, type Outcome, type Up, type UpUnderLease, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";
import { readSettled } from "./settled.ts";
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

interface At extends UpUnderLease {
  /** The record as it was decided on. */
  readonly before: SwitchRecord;
}

type Work = Exclude<Decision, { kind: "refuse" | "first" | "undo" }>;

async function carryOut(at: At, decision: Work): Promise<Outcome> {
  const { up, lease, cancel } = at;
  if (decision.kind === "nothing") return keep(at);
  if (decision.kind === "rollback") return rollBackAsAsked(at, decision.from, decision.to);
  const { candidate } = decision;
  await adoptInputs(at);
  if (decision.kind === "verify") return runRollout(lease, specOf(up, lease, candidate, []), cancel);
  const resumed = decision.kind === "resume";
  const unverified = resumed ? decision.at === 0 && !isVerified(at, candidate) : decision.verify;
  await begin(at, candidate, decision.asked);
  return runRollout(
    lease,
    {
      ...specOf(up, lease, candidate, decision.steps),
      unverified,
      start: resumed ? resumeAt(decision) : "scaling",
    },
    cancel,
  );
}

/** Where a rollout is taken up: at its weight the proof and the bake are done again, for nobody knows how much was seen. */
function resumeAt(decision: { at: number; steps: readonly Step[] }): RolloutSpec["start"] {
  if (decision.at === 0) return "scaling";
  return decision.steps[0]?.weight === decision.at ? "proving" : "shifting";
}

function isVerified({ before, up }: At, candidate: Colour): boolean {
  return before.verified?.colour === candidate && before.verified.release === up.inputs.releases[candidate];
}

/** The record learns what this `up` deployed. A changed release in a slot is no longer verified. */
async function adoptInputs({ lease, up }: At): Promise<SwitchRecord> {
  const { inputs } = up;
  return lease.change((record) => ({
    ...record,
    inputs,
    slots: perColour((of) => ({ release: inputs.releases[of], taskDefinition: inputs.taskDefinitions[of] })),
    verified:
      record.verified && record.verified.release === inputs.releases[record.verified.colour]
        ? record.verified
        : null,
    previous:
      record.previous && record.previous.release === inputs.releases[record.previous.colour]
        ? record.previous
        : null,
  }));
}

/** Notes the rollout in the record before anything moves: what a crash leaves for the next `up` and the guardian. */
async function begin({ lease, up, before }: At, candidate: Colour, asked: number): Promise<void> {
  const { clock } = lease.ports;
  await lease.change((record) => {
    const fresh: RolloutUnderWay = {
      id: up.id,
      candidate,
      release: up.inputs.releases[candidate],
      asked,
      rollbackTarget: weightsFor(record.live, 100),
      startedAt: clock.now(),
      tried: stillArriving(before, clock.now()),
      passed: [],
    };
    return { ...record, rollout: record.rollout ?? fresh };
  });
}

/** No traffic moves. A changed live release, accepted by `allowLiveChange`, is judged all the same, and the verdict is told. */
async function keep(at: At): Promise<Outcome> {
  const { lease, up, cancel } = at;
  const { live } = lease.record;
  const changed = up.inputs.releases[live] !== at.before.slots[live].release;
  await adoptInputs(at);
  if (changed) return runRollout(lease, specOf(up, lease, live, []), cancel);
  return {
    state: "verified",
    asAsked: true,
    why: "no traffic was to be moved",
    record: await lease.end(),
    judgement: null,
  };
}

/** A rollback that was asked for: one rule change, proved, not gated. Its target is noted, so that a crash goes there too. */
async function rollBackAsAsked(at: At, from: Colour, to: Weights): Promise<Outcome> {
  const { lease, up, before } = at;
  const { clock } = lease.ports;
  const { release } = before.slots[from];
  await lease.change((record) => ({
    ...record,
    inputs: up.inputs,
    rollout: {
      id: up.id,
      candidate: from,
      release,
      asked: to[from],
      rollbackTarget: to,
      startedAt: clock.now(),
      tried: stillArriving(before, clock.now()),
      passed: [],
    },
  }));
  const why = `rolled back by greenWeight ${up.inputs.greenWeight}`;
  return runRollout(
    lease,
    {
      ...specOf(up, lease, from, []),
      release,
      rollbackTarget: to,
      unverified: false,
      start: "rolling-back",
      why,
    },
    at.cancel,
  );
}

/** Finishes what a process that died left: everything goes to where that rollout came from. */
async function undo(at: At, rollbackTarget: Weights, why: string): Promise<Outcome> {
  const { up, lease, before } = at;
  const candidate = before.rollout?.candidate ?? other(before.live);
  const release = before.rollout?.release ?? before.slots[candidate].release;
  const arriving = stillArriving(before, lease.ports.clock.now());
  return runRollout(
    lease,
    {
      ...specOf(up, lease, candidate, []),
      release,
      rollbackTarget,
      arriving,
      unverified: false,
      start: "rolling-back",
      why,
    },
    at.cancel,
  );
}

/** A rule that was destroyed and noticed by a refresh comes back as it was recorded. */
async function createRuleAgain(lease: Lease): Promise<void> {
  const { ruleArn } = await createRule(lease, []);
  await lease.change((record) => ({ ...record, ruleArn }));
}
