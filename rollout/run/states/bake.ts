import { type Step, extensionOf } from "../../../domain/plan.ts";
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
      rollout: record.rollout && { ...record.rollout, passed: [...record.rollout.passed, step.weight] },
    }));
  return verdict;
}
