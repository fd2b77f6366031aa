import type { Colour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Ports } from "../run/ports.ts";
import type { Observation } from "./guarding.ts";

/** The guardian's own ports, besides those of a rollout. */
export interface GuardianPorts {
  /** Milliseconds until whoever called the guardian ends it, whatever it is doing then. */
  left(): number;
  /** Everything a decision looks at, read now. */
  look(record: SwitchRecord): Promise<Observation>;
  /** Task definitions of the slot's running tasks, read now. */
  running(of: Colour): Promise<readonly string[]>;
  /** Tells the on-call topic. */
  page(subject: string, text: string): Promise<void>;
  /** Publishes heartbeat, weight and healthy targets of each slot. */
  publish(record: SwitchRecord, observation: Observation): Promise<void>;
}

/** What a tick acts through, and the name that its lease goes by. */
export interface Acting {
  readonly ports: Ports;
  readonly guardian: GuardianPorts;
  readonly name: string;
}
