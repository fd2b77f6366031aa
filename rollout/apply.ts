import { Refusal } from "./failures.ts";
import { type Colour, other, perColour } from "./policy/colour.ts";
import { type Decision, decide } from "./policy/decision.ts";
import type { SwitchInputs } from "./policy/inputs.ts";
import { limits } from "./policy/limits.ts";
import type { Step } from "./policy/plan.ts";
import type { RolloutUnderWay, SwitchRecord } from "./policy/record.ts";
import { type Weights, describeWeights, weightsFor } from "./policy/weight.ts";
import type { World } from "./ports.ts";
import { mustReach, prove } from "./prove.ts";
import { type Course, type Outcome, walk } from "./rollout.ts";
import { type Session, change, endLease, takeLease, whileRenewing, writeOrSee } from "./session.ts";
import { readSettled } from "./settled.ts";
import { compare } from "./shift.ts";
import { again } from "./retry.ts";
import { describeDecision } from "./words.ts";

/** One `up`: the inputs, who runs it, and the id its evidence goes by. */
export interface Up {
  readonly inputs: SwitchInputs;
  readonly owner: string;
  readonly id: string;
}

/** Does what one `up` asks. Throws Refusal where the policy refuses; then nothing was touched. */
export async function applyUp(world: World, up: Up, cancel: AbortSignal): Promise<Outcome> {
  for (let tries = 0; tries < limits.writeTries; tries++) {
    const outcome = await tryUp(world, up, cancel);
    if (outcome === "decide anew") continue;
    if (outcome.state !== "rolled-back" || !outcome.undone) return outcome;
    // An unfinished rollout is undone. What was asked is decided anew, from home.
  }
  throw new Refusal(
    `The record was changed ${limits.writeTries} times while this up was deciding on it; somebody else is at work. See: npm run status`,
  );
}

type Tried = (Outcome & { readonly undone?: boolean }) | "decide anew";

async function tryUp(world: World, up: Up, cancel: AbortSignal): Promise<Tried> {
  const found = await readSettled({ read: () => again(world, () => world.store.read()) }, world.clock);
  const rule = found?.record.ruleArn ? await again(world, () => world.rule.read()) : null;
  const decision = decide({
    now: world.clock.now(),
    record: found?.record ?? null,
    rule,
    request: up.inputs,
  });
  world.report({ kind: "decided", decision: decision.kind, summary: describeDecision(decision) });
  if (decision.kind === "refuse") throw new Refusal(decision.why);
  if (decision.kind === "first") return first(world, up, decision.live, found?.version ?? null, cancel);
  if (found === null) throw new Error(`decided ${decision.kind} without a record`);
  // A shift that could not be proved is refused before anything is written.
  if (decision.kind === "shift" || decision.kind === "resume") await mustReach(world, cancel);
  const session = await takeLease(world, up.owner, found);
  if (session === null) return "decide anew";
  if (found.record.ruleArn === null) await makeRuleAgain(world, session);
  const at = { world, up, session, cancel, before: found.record };
  return decision.kind === "undo"
    ? { ...(await undo(at, decision.home, decision.why)), undone: true }
    : act(at, decision);
}

interface At {
  readonly world: World;
  readonly up: Up;
  readonly session: Session;
  readonly cancel: AbortSignal;
  readonly before: SwitchRecord;
}

type Act = Exclude<Decision, { kind: "refuse" | "first" | "undo" }>;

async function act(at: At, decision: Act): Promise<Outcome> {
  const { world, session, cancel } = at;
  if (decision.kind === "nothing") return keep(at);
  if (decision.kind === "rollback") return sendHome(at, decision.from, decision.to);
  const { candidate } = decision;
  await adoptInputs(at);
  if (decision.kind === "verify") return walk(world, session, course(at, candidate, []), cancel);
  const resumed = decision.kind === "resume";
  const unverified = resumed ? decision.at === 0 && !isVerified(at, candidate) : decision.verify;
  await begin(at, candidate, decision.asked);
  return walk(
    world,
    session,
    { ...course(at, candidate, decision.steps), unverified, start: resumed ? resumeAt(decision) : "scaling" },
    cancel,
  );
}

/** Where a rollout is taken up: at its weight the proof and the bake are done again, for nobody knows how much was seen. */
function resumeAt(decision: { at: number; steps: readonly Step[] }): Course["start"] {
  if (decision.at === 0) return "scaling";
  return decision.steps[0]?.weight === decision.at ? "proving" : "shifting";
}

function isVerified({ before, up }: At, candidate: Colour): boolean {
  return before.verified?.colour === candidate && before.verified.release === up.inputs.releases[candidate];
}

function course({ up, session }: At, candidate: Colour, steps: readonly Step[]): Course {
  const { inputs } = up;
  return {
    id: up.id,
    candidate,
    release: inputs.releases[candidate],
    steps,
    unverified: true,
    first: false,
    home: session.held.record.rollout?.home ?? weightsFor(session.held.record.live, 100),
    plan: inputs.plan,
    tasks: perColour((of) => inputs.capacity[of].tasks),
    start: "scaling",
    why: "",
  };
}

/** The record learns what this `up` deployed. A changed release in a slot is no longer verified. */
async function adoptInputs({ world, session, up }: At): Promise<SwitchRecord> {
  const { inputs } = up;
  return change(world, session, (record) => ({
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

/** Changes of an earlier way home that may still arrive: they are no hand edits. */
function stillArriving({ reassert }: SwitchRecord, now: number): Weights[] {
  return reassert !== null && reassert.until > now ? reassert.instead : [];
}

/** Notes the rollout in the record before anything moves: what a crash leaves for the next `up` and the guardian. */
async function begin({ world, session, up }: At, candidate: Colour, asked: number): Promise<void> {
  await change(world, session, (record) => {
    const fresh: RolloutUnderWay = {
      id: up.id,
      candidate,
      release: up.inputs.releases[candidate],
      asked,
      home: weightsFor(record.live, 100),
      startedAt: world.clock.now(),
      tried: stillArriving(record, world.clock.now()),
      passed: [],
    };
    return { ...record, rollout: record.rollout ?? fresh };
  });
}

/** No traffic moves. A changed live release, accepted by `allowLiveChange`, is judged all the same, and the verdict is told. */
async function keep(at: At): Promise<Outcome> {
  const { world, session, up, cancel } = at;
  const { live } = session.held.record;
  const changed = up.inputs.releases[live] !== at.before.slots[live].release;
  await adoptInputs(at);
  if (changed) return walk(world, session, course(at, live, []), cancel);
  return {
    state: "verified",
    asAsked: true,
    why: "no traffic was to be moved",
    record: await endLease(world, session, (record) => record),
    judgement: null,
  };
}

/** A rollback that was asked for: one rule change, proved, not gated. Its target is noted as home, so that a crash goes there too. */
async function sendHome(at: At, from: Colour, to: Weights): Promise<Outcome> {
  const { world, session, up } = at;
  const release = at.before.slots[from].release;
  await change(world, session, (record) => ({
    ...record,
    inputs: up.inputs,
    rollout: {
      id: up.id,
      candidate: from,
      release,
      asked: to[from],
      home: to,
      startedAt: world.clock.now(),
      tried: stillArriving(record, world.clock.now()),
      passed: [],
    },
  }));
  const why = `sent home by greenWeight ${up.inputs.greenWeight}`;
  return walk(
    world,
    session,
    { ...course(at, from, []), release, home: to, unverified: false, start: "returning", why },
    at.cancel,
  );
}

/** Finishes what a process that died left: everything goes to where that rollout came from. */
async function undo(at: At, home: Weights, why: string): Promise<Outcome> {
  const { world, session, before } = at;
  const candidate = before.rollout?.candidate ?? other(before.live);
  const release = before.rollout?.release ?? before.slots[candidate].release;
  return walk(
    world,
    session,
    { ...course(at, candidate, []), release, home, unverified: false, start: "returning", why },
    at.cancel,
  );
}

/** A rule that was destroyed and noticed by a refresh comes back as it was recorded. */
async function makeRuleAgain(world: World, session: Session): Promise<void> {
  const ruleArn = await world.rule.create(session.held.record.weights);
  await change(world, session, (record) => ({ ...record, ruleArn }));
}

/**
 * The first deployment: the colour asked for is judged through the probe header, and only then does the rule come to be.
 * A failure leaves no record, so that the next `up` is a first one again.
 */
async function first(
  world: World,
  up: Up,
  live: Colour,
  version: number | null,
  cancel: AbortSignal,
): Promise<Outcome> {
  const session = await startRecord(world, up, live, version);
  const weights = weightsFor(live, 100);
  const at: At = { world, up, session, cancel, before: session.held.record };
  const judged = await walk(world, session, { ...course(at, live, []), first: true }, cancel);
  if (judged.state === "verified") return goLive(at, judged, weights, version);
  // Of a rollout that was taken over the record is somebody else's.
  if (judged.state === "taken-over") return judged;
  // Where an earlier attempt may have made the rule before it died, the record keeps saying that this one is not over.
  if (version === null) await again(world, () => world.store.remove(session.held.version));
  else await endLease(world, session, (record) => record);
  return judged;
}

/** Makes the rule, proves it in traffic and records it. */
async function goLive(
  { world, up, session, cancel }: At,
  judged: Outcome,
  weights: Weights,
  version: number | null,
): Promise<Outcome> {
  const proof = await whileRenewing(world, session, { signal: cancel }, async (signal) => {
    // Making it again takes up the one that was made when only the answer was lost.
    const ruleArn = await again(world, () => world.rule.create(weights));
    const intent = { from: weights, to: weights, at: world.clock.now(), pending: null };
    await change(world, session, (record) => ({ ...record, ruleArn, intent, rollout: null }));
    return prove(world, [], weights, { timeoutMs: up.inputs.plan.proofTimeout, signal });
  });
  if (!proof.proved)
    throw new Error(
      `The weighted rule was made with ${describeWeights(weights)}, and traffic did not show it within ${up.inputs.plan.proofTimeout / 1000} s: ${proof.why}. Look at it with npm run status.`,
    );
  await compare(world, [weights], weights);
  const { now } = world.clock;
  const record = await endLease(world, session, (held) => ({
    ...restIdle(held, version, now()),
    intent: null,
    last: held.last && {
      ...held.last,
      outcome: "promoted" as const,
      why: "the first deployment passed its gate and is live",
    },
  }));
  world.report({
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
async function startRecord(world: World, up: Up, live: Colour, version: number | null): Promise<Session> {
  const now = world.clock.now();
  const { inputs } = up;
  const record: SwitchRecord = {
    schema: 1,
    ruleArn: null,
    live,
    liveSince: now,
    weights: weightsFor(live, 100),
    slots: perColour((of) => ({ release: inputs.releases[of], taskDefinition: inputs.taskDefinitions[of] })),
    previous: null,
    verified: null,
    rejected: [],
    fence: 0,
    fencedBy: null,
    adopted: null,
    paged: null,
    lease: { owner: up.owner, since: now, until: now + limits.leaseMs },
    intent: null,
    // A rollout of the live colour itself marks a first deployment that is not over.
    rollout: {
      id: up.id,
      candidate: live,
      release: inputs.releases[live],
      asked: 100,
      home: weightsFor(live, 100),
      startedAt: now,
      tried: [],
      passed: [],
    },
    reassert: null,
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
    drain: { blue: null, green: null },
    last: null,
    inputs,
  };
  if (!(await again(world, () => writeOrSee(world, record, version))))
    throw new Refusal(
      `Somebody else is deploying this stack for the first time at this moment. See: npm run status`,
    );
  return { owner: up.owner, fence: 0, held: { record, version: (version ?? 0) + 1 } };
}

/** What an `up` moved, for the message of a rollout that did not end as asked. */
export function describeLive(record: SwitchRecord): string {
  return `${record.live} is live (${describeWeights(record.weights)})`;
}
