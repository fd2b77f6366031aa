import { other } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { AlarmKind, Observation, Guarding } from "./guarding.ts";
import { runsAnother } from "./revived.ts";

/** Alarms that say the live release itself is broken, whatever the providers behind it do. */
export const decisive: readonly AlarmKind[] = ["error-rate", "no-healthy-target", "telemetry-lost"];

/** Inside the rollback window: back to the previous release, at most once, for going back closes the window. */
export function sendBack(record: SwitchRecord, observation: Observation): Guarding | null {
  const { previous } = record;
  if (
    previous === null ||
    previous.until <= observation.now ||
    observation.alarms.length === 0 ||
    previous.colour !== other(record.live)
  )
    return null;
  const what = observation.alarms.join(", ");
  const because =
    decisive.some((kind) => observation.alarms.includes(kind)) || observation.previousProbe === true;
  if (!because)
    return {
      kind: "page",
      why: `${what} in ALARM for ${record.live}, and no probe shows that ${previous.colour} would do better: a provider outage hits both`,
    };
  if (observation.healthy[previous.colour] < 1)
    return {
      kind: "page",
      why: `${what} in ALARM for ${record.live}, and ${previous.colour} has no healthy target to go back to`,
    };
  const another = runsAnother(previous, observation.running[previous.colour]);
  if (another) return { kind: "page", why: `${what} in ALARM for ${record.live}, and ${another}` };
  return {
    kind: "rollback",
    rollback: { to: weightsFor(previous.colour, 100), rejected: record.slots[record.live].release },
    revives: previous,
    why: `${what} in ALARM for ${record.live} inside its rollback window`,
  };
}
