import type { Random } from "local-aws/random";
import { type Colour, perColour } from "../domain/colour.ts";
import type { AlarmKind, Observation } from "../rollout/guardian/guarding.ts";
import { decisive } from "../rollout/guardian/send-back.ts";
import type { Model } from "./model.ts";

/** What a guardian's sight is drawn from. */
export interface SightOptions {
  readonly model: Model;
  /** The run's own draws, in their turn. */
  readonly random: Random;
  /** Releases that are broken, by the run's own truth. */
  readonly bad: ReadonlySet<string>;
}

/** What the guardian sees: the truth of health and tasks; telemetry that may be missing or late; alarms and probes that may lie. */
export class Sight {
  /** Alarms of the live colour, as the guardian is told. */
  alarms: readonly AlarmKind[] = [];
  readonly #of: SightOptions;

  constructor(of: SightOptions) {
    this.#of = of;
  }

  /** One look, at this moment, milliseconds since the epoch. */
  look(now: number): Observation {
    const { model, random, bad } = this.#of;
    const { slots, idle } = model;
    const late = random.chance(0.3) ? random.whole(0, 100_000) : 0;
    const silent = random.chance(0.1);
    const count = (of: Colour) => (slots[of].hasSessions(now - late) ? 3 : 0);
    const probe = bad.has(slots[idle].release) !== random.chance(0.9);
    return {
      now,
      alarms: [...this.alarms],
      candidateAlarms: this.#candidateAlarms(),
      healthy: perColour((of) => slots[of].healthy),
      running: perColour((of) => [slots[of].taskDefinition]),
      sessions: perColour((of) => (silent ? null : count(of))),
      previousProbe: this.alarms.length > 0 ? probe : null,
    };
  }

  /** A broken candidate that waits rings mostly, and a good one hardly ever. */
  #candidateAlarms(): AlarmKind[] {
    const { model, random, bad } = this.#of;
    const rollout = model.item?.record.rollout;
    if (!rollout?.waits) return [];
    const rings = random.chance(bad.has(model.slots[rollout.candidate].release) ? 0.5 : 0.01);
    return rings ? [random.pick(["error-rate", "latency"] as const)] : [];
  }
}

/** Holds a sending back inside the rollback window against what the guardian had seen: an alarm, and a reason beside most of them. */
export function judgeSendingBack(model: Model, why: string, { alarms, previousProbe }: Observation): void {
  if (!why.includes("inside its rollback window")) return;
  if (alarms.length === 0) model.violate("the guardian sent traffic back without an alarm");
  if (!alarms.some((kind) => decisive.includes(kind)) && previousProbe !== true)
    model.violate(`the guardian sent traffic back for ${alarms.join(", ")} with no probe to show why`);
}
