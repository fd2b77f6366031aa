import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { Reading } from "../../checks/core/reading.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { makeCapacity } from "../aws/capacity.ts";
import { type SwitchClients, makeClients } from "../aws/clients.ts";
import { rulesOwnTags } from "../aws/rule-tags.ts";
import { type RuleHandle, openRule } from "../aws/rule.ts";
import { makeTraffic } from "../aws/traffic.ts";
import { openEvidence } from "../record/evidence-sink.ts";
import { makeStore } from "../record/store.ts";
import { makeGate } from "./gate.ts";
import { operatorName } from "./operator.ts";
import type { Clock, RolloutEvent, Ports } from "./ports.ts";

/** The clock of this machine. */
export const realClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
};

/** The ports of one rollout onto the account, and what it takes to close them. */
export interface OpenPorts {
  readonly ports: Ports;
  readonly rule: RuleHandle;
  readonly clients: SwitchClients;
  /** Name of this holder in leases and messages. */
  readonly owner: string;
  /** The rollout's id: its evidence goes by it. */
  readonly id: string;
  close(): Promise<void>;
}

/** Opens clients, gate and evidence for one rollout. `say` gets every event, as it happens. */
export function openPorts(
  inputs: SwitchInputs,
  ruleArn: string | null,
  say: (event: RolloutEvent) => void,
  onReading: (reading: Reading) => void,
): OpenPorts {
  const clients = makeClients(inputs);
  const id = rolloutId(inputs.stack, realClock.now());
  const evidence = openEvidence(inputs, id, clients.credentials);
  evidence.add("asked", askedOf(inputs));
  const rule = openRule(clients, {
    ruleArn,
    targetGroups: inputs.targetGroups,
    make: {
      listenerArn: inputs.listenerArn,
      priority: inputs.priority,
      conditions: inputs.conditions,
      tags: rulesOwnTags(inputs),
    },
  });
  const gate = makeGate(
    inputs,
    {
      clients: { elb: clients.elb, ecs: clients.ecs, dynamodb: clients.dynamodb },
      ...(clients.credentials === undefined ? {} : { credentials: clients.credentials }),
    },
    (reading) => {
      evidence.add("reading", reading);
      onReading(reading);
    },
  );
  const ports: Ports = {
    clock: realClock,
    store: makeStore(clients.dynamodb, inputs.table, inputs.stack),
    rule,
    capacity: makeCapacity(clients, inputs, realClock),
    traffic: makeTraffic(inputs.hub),
    gate,
    evidence,
    random: Math.random,
    report(event) {
      evidence.add(event.kind, event);
      say(event);
    },
  };
  return {
    ports,
    rule,
    clients,
    owner: `${operatorName()}@${hostname()} (process ${process.pid})`,
    id,
    async close() {
      await gate.close();
      clients.close();
    },
  };
}

/** What the rollout is about, for whoever reads its evidence later: a rehearsal counts for the releases it names. */
function askedOf({ greenWeight, releases }: SwitchInputs) {
  const text = `green at ${greenWeight} %, release ${releases.green}; blue has release ${releases.blue}`;
  return { greenWeight, releases, text };
}

/** Sorts by time: `production-20260301T090000Z-1a2b3c4d`. */
function rolloutId(stack: string, now: number): string {
  return `${stack}-${new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "")}-${randomUUID().slice(0, 8)}`;
}
