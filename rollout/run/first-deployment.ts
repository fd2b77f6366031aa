import { type Colour, other } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, atRest, recordSchema, slotsOf } from "../../domain/record.ts";
import { type Weights, describeWeights, distinctWeights, weightsFor } from "../../domain/weight.ts";
import { writeOrSee } from "../record/conditional-write.ts";
import { Lease } from "../record/lease.ts";
import { createRule } from "./create-rule.ts";
import { Refusal } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { Versioned, Ports } from "./ports.ts";
import { prove } from "./prove.ts";
import { withRetries } from "./retry.ts";
import { type Outcome, type Up, type UpUnderLease, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";
import { compare } from "./shift.ts";

/**
 * The first deployment: the colour asked for is judged through the probe header, and only then does the rule come to be.
 * A failure leaves no record, so that the next `up` is a first one again.
 */
export async function deployFirst(
  ports: Ports,
  up: Up,
  live: Colour,
  found: Versioned | null,
  cancel: AbortSignal,
): Promise<Outcome> {
  const version = found?.version ?? null;
  const lease = await startRecord(ports, up, live, found);
  const weights = weightsFor(live, 100);
  const spec = { ...specOf(up, lease, live, []), first: true };
  const judged = await runRollout(lease, spec, cancel);
  if (judged.state === "verified") return goLive({ up, lease, cancel }, judged, weights, version);
  // Of a rollout that was taken over the record is somebody else's.
  if (judged.state === "taken-over") return judged;
  // Where an earlier attempt may have made the rule before it died, the record keeps saying that this one is not over.
  if (version === null) await withRetries(ports, () => ports.store.remove(lease.version));
  else await lease.end();
  return judged;
}

/** Makes the rule, proves it in traffic and records it. */
async function goLive(
  { up, lease, cancel }: UpUnderLease,
  judged: Outcome,
  weights: Weights,
  version: number | null,
): Promise<Outcome> {
  const { ports } = lease;
  const proof = await lease.whileRenewing({ signal: cancel }, async (signal) => {
    const tried = lease.record.rollout?.tried ?? [];
    const { ruleArn, was } = await createRule(lease, tried);
    const now = ports.clock.now();
    // A rule that was there already may still be on its way to what it shows.
    const pending = was && { colour: other(lease.record.live), since: now };
    const intent = { from: was ?? weights, to: weights, at: now, pending };
    const noted = await lease.change((record) => ({ ...record, ruleArn, intent, rollout: null }));
    const { proofTimeout } = up.inputs.plan;
    return prove(ports, was ? [was, ...tried] : [], weights, {
      timeoutMs: was ? 2 * proofTimeout : proofTimeout,
      signal,
      pending: pendingOf(noted, proofTimeout),
    });
  });
  if (!proof.proved)
    throw new Error(
      `The weighted rule was made with ${describeWeights(weights)}, and traffic did not show it within ${up.inputs.plan.proofTimeout / 1000} s: ${proof.why}. Look at it with: ${commandLine("status", up.inputs.stack)}`,
    );
  await compare(ports, [weights], weights);
  const { now } = ports.clock;
  const record = await lease.end((held) => ({
    ...restIdle(held, version, now()),
    intent: null,
    last: held.last && {
      ...held.last,
      outcome: "promoted" as const,
      why: "the first deployment passed its gate and is live",
    },
  }));
  ports.report({
    kind: "proved",
    weights,
    answers: proof.answers,
    addresses: proof.addresses,
    tookMs: proof.tookMs,
  });
  return {
    state: "promoted",
    asAsked: true,
    why: "the first deployment passed its gate and is live",
    record,
    judgement: judged.judgement,
  };
}

/**
 * The slot that nobody asked for is brought to its idle count, and scale-in is autoscaling's from then on.
 */
function restIdle(held: SwitchRecord, version: number | null, now: number): SwitchRecord {
  const colour = other(held.live);
  return version === null
    ? { ...held, retirement: { colour, stage: "warm", since: now, deadline: now } }
    : held;
}

/** A record that says: nothing is live yet, and this rollout is about to change that. */
async function startRecord(ports: Ports, up: Up, live: Colour, found: Versioned | null): Promise<Lease> {
  const version = found?.version ?? null;
  const now = ports.clock.now();
  const { inputs } = up;
  const record: SwitchRecord = {
    ...atRest(),
    schema: recordSchema,
    ruleArn: null,
    live,
    liveSince: now,
    weights: weightsFor(live, 100),
    slots: slotsOf(inputs),
    lease: { owner: up.owner, since: now, until: now + limits.leaseMs },
    // A rollout of the live colour itself marks a first deployment that is not over.
    rollout: {
      id: up.id,
      candidate: live,
      release: inputs.releases[live],
      asked: 100,
      rollbackTarget: weightsFor(live, 100),
      startedAt: now,
      // What an attempt that died may have made the rule with.
      tried: found ? distinctWeights([found.record.weights, ...(found.record.rollout?.tried ?? [])]) : [],
      passed: [],
    },
    // After a first deployment that died halfway the other slot may hold sessions.
    retirement:
      version === null
        ? null
        : {
            colour: other(live),
            stage: "draining",
            since: now,
            deadline: now + inputs.plan.drainDeadline,
          },
    inputs,
  };
  if (!(await withRetries(ports, () => writeOrSee(ports, record, version))))
    throw new Refusal(
      `Somebody else is deploying this stack for the first time at this moment. See: ${commandLine("status", inputs.stack)}`,
    );
  return new Lease(ports, up.owner, { record, version: (version ?? 0) + 1 });
}
