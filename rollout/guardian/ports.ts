import type { Colour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Observation } from "./guarding.ts";

/** The guardian's own ports, besides those of a rollout. */
export interface GuardianPorts {
  /** Everything a decision looks at, read now. */
  look(record: SwitchRecord): Promise<Observation>;
  /** Task definitions of the slot's running tasks, read now. */
  running(of: Colour): Promise<readonly string[]>;
  /** Tells the on-call topic. */
  page(subject: string, text: string): Promise<void>;
  /** Publishes heartbeat, weight and healthy targets of each slot. */
  publish(record: SwitchRecord, observation: Observation): Promise<void>;
}
