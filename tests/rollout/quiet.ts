import { Random } from "local-aws/random";
import { perColour } from "../../domain/colour.ts";
import { parsedPlan } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { RolloutEvent, Verdict, Ports } from "../../rollout/run/ports.ts";
import { Faults } from "../../simulation/faults.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { Model } from "../../simulation/model.ts";
import { Process } from "../../simulation/process.ts";
import { VirtualTime } from "../../simulation/time.ts";
import { a, b, record } from "./situation.ts";

const steps = [
  { weight: 5, bake: { min: 10_000, max: 10_000 } },
  { weight: 100, bake: { min: 10_000, max: 10_000 } },
];
export const plan = parsedPlan.parse({ steps });

export interface Quiet {
  readonly time: VirtualTime;
  readonly model: Model;
  readonly ports: Ports;
  readonly events: RolloutEvent[];
  /** Rule changes that were sent. */
  readonly sent: { readonly green: number }[];
  /** Lets virtual time pass until the work is done. */
  play<T>(work: Promise<T>): Promise<T>;
}

/** Ports without faults in virtual time: blue serves release a, green has release b, and the record is as given. */
export function quiet(over: Partial<SwitchRecord> = {}, verdict: Verdict = "pass"): Quiet {
  const time = new VirtualTime();
  const model = new Model(time, 1);
  const events: RolloutEvent[] = [];
  const sent: { green: number }[] = [];
  const { ports } = portsOf();
  model.slots.blue.deploy(a);
  model.slots.green.deploy(b);
  const of = record({ inputs: inputsFor(plan, 0, { blue: a, green: b }, undefined), ...over });
  model.item = { record: of, version: 1 };
  model.setRule(of.weights, "create");
  return { time, model, ports, events, sent, play };

  function portsOf(): { ports: Ports } {
    const process = new Process({
      number: 1,
      writer: "rollout",
      owner: "me",
      model,
      faults: new Faults(0, 0),
      random: new Random(1),
      judge: () => ({ judgement: { verdict, why: `the gate says ${verdict}` }, afterShare: 1 }),
      skewMs: 0,
      onEvent: (event) => events.push(event),
    });
    const made = process.ports();
    const modify: Ports["rule"]["modify"] = (weights, timeoutMs) => {
      sent.push({ green: weights.green });
      return made.rule.modify(weights, timeoutMs);
    };
    return { ports: { ...made, rule: { ...made.rule, modify } } };
  }

  async function play<T>(work: Promise<T>): Promise<T> {
    const over = { yet: false };
    void work.catch(() => undefined).then(() => (over.yet = true));
    const end = time.now + 3_600_000;
    while (!over.yet && time.now < end) await time.run(time.now + 100, () => model.noteLive());
    return work;
  }
}

/** What an `up` asks there. */
export function up(greenWeight: number, releases = { blue: a, green: b }) {
  const inputs = inputsFor(plan, greenWeight, releases, undefined);
  return {
    inputs: { ...inputs, capacity: perColour(() => ({ tasks: 2, max: 4 })) },
    owner: "me",
    id: "r1",
    seen: null,
  };
}
