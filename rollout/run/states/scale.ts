import { other } from "../../../domain/colour.ts";
import { reopenSlot } from "../../policy/drain.ts";
import type { Event } from "../../policy/machine.ts";
import { withRetries } from "../retry.ts";
import type { RolloutRun } from "../rollout-spec.ts";

/** `scaling`: tasks for the largest weight asked, before any of it is set. */
export async function scale(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  run.cancel.throwIfAborted();
  await lease.change((record) => reopenSlot(record, spec.candidate));
  if (spec.steps.length > 0) await withRetries(ports, () => ports.capacity.hold(other(spec.candidate)));
  const onProgress = (text: string) => ports.report({ kind: "scaling", colour: spec.candidate, text });
  const scaled = await ports.capacity.scaleUp(
    spec.candidate,
    spec.tasks[spec.candidate],
    spec.plan.scaleUpDeadline,
    onProgress,
    signal,
  );
  if (!scaled.ready) run.why = scaled.why;
  return scaled.ready ? "ready" : "short";
}
