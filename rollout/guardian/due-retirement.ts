import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Observation, Guarding } from "./guarding.ts";

/** The step that is due for the slot that lost its traffic: drained, then kept warm, then down to the idle count. Sessions that were kept are evicted at their deadline. */
export function dueRetirement(record: SwitchRecord, observation: Observation): Guarding | null {
  const { retirement } = record;
  if (retirement === null || record.weights[retirement.colour] > 0 || retirement.stage === "idle")
    return null;
  const { colour } = retirement;
  if (retirement.stage === "draining") {
    // Whoever moved the traffic died before it was proved: the balancer may still be on its way.
    if (record.lease !== null && record.drain[colour] === null)
      return {
        kind: "retire",
        step: "restart",
        colour,
        why: `the change that took the traffic from ${colour} was not seen to its end`,
      };
    const over = observation.now >= retirement.deadline;
    const empty =
      observation.sessions[colour] === 0 && observation.now - retirement.since >= limits.telemetryLateMs;
    if (!over && !empty) return null;
    if (!empty && record.drain[colour] === null)
      return {
        kind: "retire",
        step: "evict",
        colour,
        why: `${colour} kept its sessions until its deadline, and they move on now`,
      };
    return {
      kind: "retire",
      step: "warm",
      colour,
      why: over ? `${colour} reached its drain deadline` : `${colour} holds no more sessions`,
    };
  }
  if (observation.now < retirement.deadline) return null;
  // Whoever came in the meantime, by a hand edit that is gone again, moves on first.
  return (observation.sessions[colour] ?? 0) > 0
    ? { kind: "retire", step: "evict", colour, why: `${colour} holds sessions again` }
    : { kind: "retire", step: "idle", colour, why: `the warm time of ${colour} is over` };
}
