import { type Step, extensionOf } from "../../../domain/plan.ts";
import type { RolloutUnderWay } from "../../../domain/record.ts";
import type { Event } from "../../policy/machine.ts";
import { type RolloutRun, weightsOf } from "../rollout-spec.ts";
import { judge, judged } from "./judge.ts";
import { mustStillShow } from "./still-shown.ts";

/** `baking` and `extending`: the step's gate while users meet the candidate. */
export async function bake(run: RolloutRun, extended: boolean, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  const step = spec.steps[run.step] as Step;
  ports.report({
    kind: "baking",
    colour: spec.candidate,
    weight: step.weight,
    bake: extended ? { min: 0, max: extensionOf(spec.plan, step) } : step.bake,
    extended,
  });
  const judgement = await judge(run, signal, () => ports.gate.bake(spec.candidate, step, extended, signal));
  await judged(run, judgement, step.weight);
  await mustStillShow(run, weightsOf(run));
  const { verdict } = judgement;
  if (verdict === "pass")
    await lease.change((record) => ({
      ...record,
      rollout: record.rollout && passedStep(record.rollout, step, ports.clock.now()),
    }));
  return verdict;
}

/** In one write: no crash may leave a step that has passed and does not wait for whom it asks. */
function passedStep(rollout: RolloutUnderWay, { weight, approval }: Step, now: number): RolloutUnderWay {
  const passed = { ...rollout, passed: [...rollout.passed, weight] };
  if (approval === undefined) return passed;
  const { within, otherwise } = approval;
  return { ...passed, waits: { weight, since: now, until: now + within, otherwise, answer: null } };
}
