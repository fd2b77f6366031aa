import { pausedWords, waitOver, waitingWords } from "../../../domain/approval.ts";
import type { Waiting } from "../../../domain/approval.ts";
import { limits } from "../../../domain/limits.ts";
import { type Step } from "../../../domain/plan.ts";
import type { Event } from "../../policy/machine.ts";
import { Fenced } from "../failures.ts";
import type { RolloutRun } from "../rollout-spec.ts";
import { judge, judged } from "./judge.ts";

/** `waiting`: a person's word about what follows, while the step that has passed is still watched. */
export async function wait(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  const step = spec.steps[run.step] as Step;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const text = waitingWords(waitOf(run), ports.clock.now());
  ports.report({ kind: "waiting", colour: spec.candidate, weight: step.weight, text });
  const both = [word(run, step, either), broken(run, step, either)];
  try {
    return await Promise.race(both);
  } finally {
    over.abort(new Error("the wait is over"));
    await Promise.allSettled(both);
  }
}

/** Throws Fenced when the record has nothing that waits: somebody else has moved on. */
function waitOf({ lease }: RolloutRun): Waiting {
  const waits = lease.record.rollout?.waits;
  if (waits === undefined) throw new Fenced("the record says of no step any more that it waits");
  return waits;
}

/** What the wait comes to, looked for in the record; `unanswered` where the `up` waits no longer. */
async function word(run: RolloutRun, step: Step, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { clock } = lease.ports;
  const pauseAt = Math.min(
    clock.now() + (step.approval?.pauseAfter ?? Infinity),
    spec.homeAt - limits.pauseBeforeHomeMs,
  );
  for (;;) {
    await look(run);
    const waits = waitOf(run);
    const now = clock.now();
    const over = waitOver(waits, now);
    if (over !== null) return told(run, waits, over);
    if (now >= pauseAt) {
      run.why = pausedWords(waits, now, lease.record.inputs?.stack);
      return "unanswered";
    }
    await clock.sleep(Math.min(limits.lookMs, Math.max(0, pauseAt - now)), signal);
  }
}

/** A record that cannot be read says nothing: whether the lease can still be renewed decides. */
async function look({ lease }: RolloutRun): Promise<void> {
  try {
    await lease.confirm();
  } catch (error) {
    if (error instanceof Fenced) throw error;
  }
}

function told(run: RolloutRun, waits: Waiting, over: NonNullable<ReturnType<typeof waitOver>>): Event {
  const { lease, spec } = run;
  const { weight, answer } = waits;
  const now = lease.ports.clock.now();
  const text = waitingWords(waits, now);
  lease.ports.report({ kind: "answered", colour: spec.candidate, weight, answer, text });
  // Where the credentials do not hold for what is left, this is why the up ends here.
  run.why = over === "go-on" ? pausedWords(waits, now, lease.record.inputs?.stack) : text;
  return over;
}

/** Resolves only for a gate that fails; one that breaks or cannot tell is asked again. */
async function broken(run: RolloutRun, step: Step, signal: AbortSignal): Promise<Event> {
  const { ports } = run.lease;
  for (;;) {
    const judgement = await judge(run, signal, () => ports.gate.watch(run.spec.candidate, step, signal));
    if (judgement.verdict === "fail") {
      await judged(run, judgement, step.weight);
      return "fail";
    }
    await ports.clock.sleep(limits.lookMs, signal);
  }
}
