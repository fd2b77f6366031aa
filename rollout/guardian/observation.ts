import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { type Colour, colours, other, perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { SwitchClients } from "../aws/clients.ts";
import { retried } from "../aws/retried.ts";
import type { Ports } from "../run/ports.ts";
import { sessionsFrom, openSessions } from "./open-sessions.ts";
import type { GuardianPorts } from "./ports.ts";
import { publish } from "./publish.ts";
import { alarmsOf } from "./rung-alarms.ts";
import { runningDefinitions } from "./running-definitions.ts";
import { decisive } from "./send-back.ts";

/** Opens the guardian's own ports: its eyes and hands in the account. */
export function openGuardianPorts(
  ports: Ports,
  clients: SwitchClients,
  inputs: SwitchInputs,
  left: () => number,
): GuardianPorts & { close(): void } {
  const cloudwatch = new CloudWatchClient({ region: inputs.region, ...retried() });
  const sns = new SNSClient({ region: inputs.region, ...retried() });
  return {
    left,
    async look(record) {
      const waits = record.rollout?.waits ? record.rollout.candidate : null;
      const [alarms, candidateAlarms] = await Promise.all([
        alarmsOf(cloudwatch, inputs.alarms[record.live]),
        waits === null ? [] : alarmsOf(cloudwatch, inputs.alarms[waits]),
      ]);
      const [blue, green] = await Promise.all(
        colours.map((of) => slotOf(ports, clients, cloudwatch, inputs, record, of)),
      );
      const slots = { blue: blue as Slot, green: green as Slot };
      const previous = other(record.live);
      // Where an alarm decides by itself, nobody waits for a probe: traffic that has to go home goes now.
      const probing =
        alarms.length > 0 &&
        !alarms.some((kind) => decisive.includes(kind)) &&
        record.previous?.colour === previous;
      return {
        now: ports.clock.now(),
        alarms,
        candidateAlarms,
        healthy: perColour((of) => slots[of].healthy),
        running: perColour((of) => slots[of].running),
        sessions: perColour((of) => slots[of].sessions),
        previousProbe: probing
          ? await probe(
              ports,
              previous,
              Math.max(0, Math.min(limits.guardianProbeMs, Math.floor(left() / 2))),
            )
          : null,
      };
    },
    running: (of) => runningDefinitions(clients, inputs, of),
    async page(subject, text) {
      if (inputs.topics.onCall === undefined) return;
      await sns.send(
        new PublishCommand({
          TopicArn: inputs.topics.onCall,
          Subject: `${inputs.stack}: ${subject}`,
          Message: text,
        }),
      );
    },
    publish: (record, observation) => publish(cloudwatch, inputs.metricNamespace, record, observation),
    close() {
      cloudwatch.destroy();
      sns.destroy();
    },
  };
}

interface Slot {
  readonly healthy: number;
  readonly running: readonly string[];
  readonly sessions: number | null;
}

async function slotOf(
  ports: Ports,
  clients: SwitchClients,
  cloudwatch: CloudWatchClient,
  inputs: SwitchInputs,
  record: SwitchRecord,
  of: Colour,
): Promise<Slot> {
  const now = ports.clock.now();
  const from = sessionsFrom(record, of, now);
  const [healthy, running, sessions] = await Promise.all([
    ports.capacity.healthy(of),
    runningDefinitions(clients, inputs, of),
    openSessions(cloudwatch, inputs.metricNamespace, { from, now }, of),
  ]);
  return { healthy, running, sessions };
}

/**
 * Whether the colour passes its own gate right now, through the probe header; the broken one beside it sets no example. What it leads
 * to, if it is only a page, needs time as well: a gate that does not end by then has not passed.
 */
async function probe(ports: Ports, of: Colour, timeoutMs: number): Promise<boolean> {
  const over = AbortSignal.timeout(timeoutMs);
  const late = new Promise<null>((resolve) => over.addEventListener("abort", () => resolve(null)));
  const judgement = await Promise.race([ports.gate.candidate(of, false, over), late]).catch(() => null);
  return judgement?.verdict === "pass";
}
