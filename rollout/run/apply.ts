import { type Colour, other, perColour } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { Step } from "../../domain/plan.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { type Decision, decide } from "../policy/decision.ts";
import { stillArriving } from "../policy/unseen.ts";
import { type Session, change, endLease, takeLease } from "../record/lease.ts";
import { Refusal } from "./failures.ts";
import { first } from "./first-deployment.ts";
import { makeRule } from "./make-rule.ts";
import type { World } from "./ports.ts";
import { mustReach } from "./prove.ts";
import { again } from "./retry.ts";
import { type Course, type Outcome, type Up, type UpUnderLease, courseOf } from "./rollout-spec.ts";
import { walk } from "./rollout.ts";
import { readSettled } from "./settled.ts";
import { describeDecision } from "./words.ts";

/** Does what one `up` asks. Throws Refusal where the policy refuses; then nothing was touched. */
export async function applyUp(world: World, up: Up, cancel: AbortSignal): Promise<Outcome> {
  for (let tries = 0; tries < limits.writeTries; tries++) {
    const outcome = await tryUp(world, up, cancel);
    if (outcome === "decide anew") continue;
    if (outcome.state !== "rolled-back" || !outcome.undone) return outcome;
    // An unfinished rollout is undone. What was asked is decided anew, from home.
  }
  throw new Refusal(
    `The record was changed ${limits.writeTries} times while this up was deciding on it; somebody else is at work. See: ${commandLine("status", up.inputs.stack)}`,
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
  if (decision.kind === "first") return first(world, up, decision.live, found, cancel);
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

interface At extends UpUnderLease {
  /** The record as it was decided on. */
  readonly before: SwitchRecord;
}

type Act = Exclude<Decision, { kind: "refuse" | "first" | "undo" }>;

async function act(at: At, decision: Act): Promise<Outcome> {
  const { world, up, session, cancel } = at;
  if (decision.kind === "nothing") return keep(at);
  if (decision.kind === "rollback") return sendHome(at, decision.from, decision.to);
  const { candidate } = decision;
  await adoptInputs(at);
  if (decision.kind === "verify") return walk(world, session, courseOf(up, session, candidate, []), cancel);
  const resumed = decision.kind === "resume";
  const unverified = resumed ? decision.at === 0 && !isVerified(at, candidate) : decision.verify;
  await begin(at, candidate, decision.asked);
  return walk(
    world,
    session,
    {
      ...courseOf(up, session, candidate, decision.steps),
      unverified,
      start: resumed ? resumeAt(decision) : "scaling",
    },
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

/** Notes the rollout in the record before anything moves: what a crash leaves for the next `up` and the guardian. */
async function begin({ world, session, up, before }: At, candidate: Colour, asked: number): Promise<void> {
  await change(world, session, (record) => {
    const fresh: RolloutUnderWay = {
      id: up.id,
      candidate,
      release: up.inputs.releases[candidate],
      asked,
      home: weightsFor(record.live, 100),
      startedAt: world.clock.now(),
      tried: stillArriving(before, world.clock.now()),
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
  if (changed) return walk(world, session, courseOf(up, session, live, []), cancel);
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
  const { world, session, up, before } = at;
  const { release } = before.slots[from];
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
      tried: stillArriving(before, world.clock.now()),
      passed: [],
    },
  }));
  const why = `sent home by greenWeight ${up.inputs.greenWeight}`;
  return walk(
    world,
    session,
    { ...courseOf(up, session, from, []), release, home: to, unverified: false, start: "returning", why },
    at.cancel,
  );
}

/** Finishes what a process that died left: everything goes to where that rollout came from. */
async function undo(at: At, home: Weights, why: string): Promise<Outcome> {
  const { world, up, session, before } = at;
  const candidate = before.rollout?.candidate ?? other(before.live);
  const release = before.rollout?.release ?? before.slots[candidate].release;
  const arriving = stillArriving(before, world.clock.now());
  return walk(
    world,
    session,
    {
      ...courseOf(up, session, candidate, []),
      release,
      home,
      arriving,
      unverified: false,
      start: "returning",
      why,
    },
    at.cancel,
  );
}

/** A rule that was destroyed and noticed by a refresh comes back as it was recorded. */
async function makeRuleAgain(world: World, session: Session): Promise<void> {
  const { ruleArn } = await makeRule(world, session, []);
  await change(world, session, (record) => ({ ...record, ruleArn }));
}
