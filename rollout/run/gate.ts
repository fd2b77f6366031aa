import { contextFor } from "../../checks/core/context.ts";
import { candidateGateOf, stepGateOf } from "../../checks/core/gate-names.ts";
import type { GateResult } from "../../checks/core/gate-result.ts";
import { judgeBake } from "../../checks/core/gate.ts";
import { judgeCandidate } from "../../checks/core/judge-candidate.ts";
import type { Reading } from "../../checks/core/reading.ts";
import { findChecks } from "../../checks/core/registry.ts";
import type { OpenContext } from "../../checks/core/wiring.ts";
import type { Colour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { extensionOf } from "../../domain/plan.ts";
import type { Gate, Judgement } from "./ports.ts";

/** How long a candidate that has its tasks may take to show itself ready, in milliseconds. */
export const readyWithinMs = 30_000;

/** The checks as the rollout's gate: one context per colour, so that a rollout's samples add up over its steps. */
export function makeGate(
  inputs: SwitchInputs,
  wiring: Parameters<typeof contextFor>[2],
  onReading: (reading: Reading) => void,
): Gate {
  const contexts = new Map<Colour, Promise<OpenContext>>();
  /** The step that each colour is in and when its first bake began: an extension counts what that one saw. */
  const bakes = new Map<Colour, { weight: number; at: number }>();
  const contextOf = (of: Colour) => {
    const there = contexts.get(of);
    if (there) return there;
    const made = contextFor(inputs, of, wiring);
    contexts.set(of, made);
    // What was in the way may be over when the next look is taken.
    made.catch(() => contexts.delete(of));
    return made;
  };
  return {
    async candidate(of, besideLive, signal) {
      const checks = candidateGateOf(inputs, besideLive);
      return judgementOf(
        await judgeCandidate({
          context: await contextOf(of),
          checks,
          advisory: inputs.plan.advisory,
          readyWithinMs,
          onReading,
          signal,
        }),
      );
    },
    async bake(of, step, extended, signal) {
      const checks = stepGateOf(inputs, step);
      const context = await contextOf(of);
      const began = bakes.get(of);
      const goesOn = extended && began?.weight === step.weight;
      const since = goesOn ? began.at : context.now();
      const time = goesOn
        ? { bakeMs: 0, extendMs: extensionOf(inputs.plan, step) }
        : { bakeMs: step.bake.max, leastMs: step.bake.min };
      bakes.set(of, { weight: step.weight, at: since });
      return judgementOf(
        await judgeBake({
          context,
          checks,
          advisory: inputs.plan.advisory,
          since,
          ...time,
          onReading,
          signal,
        }),
      );
    },
    async watch(of, step, signal) {
      const context = await contextOf(of);
      const named = stepGateOf(inputs, step);
      // What runs once has run: a command of somebody's own is not called again every few minutes.
      const again = findChecks(named, inputs.commands).filter(({ everyMs }) => everyMs > 0);
      return judgementOf(
        await judgeBake({
          context,
          checks: again.map(({ name }) => name),
          advisory: inputs.plan.advisory,
          bakeMs: step.bake.max,
          maxProbesPerSecond: 0,
          onReading,
          signal,
        }),
      );
    },
    async close() {
      await Promise.all([...contexts.values()].map(async (context) => (await context).close()));
    },
  };
}

function judgementOf(result: GateResult): Judgement {
  return {
    verdict: result.verdict,
    why: result.why,
    firstBadAt: result.firstBadAt,
    decidedAt: result.decidedAt,
  };
}
