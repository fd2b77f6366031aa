import { alarmSource } from "../sources/alarms.ts";
import { commandSource } from "../sources/commands.ts";
import { fileSource } from "../sources/files.ts";
import type { Sources } from "../sources/index.ts";
import { logSource } from "../sources/logs.ts";
import { metricSource } from "../sources/metrics.ts";
import { probeMarks } from "../sources/probe-marks.ts";
import type { ProbeOptions } from "../sources/probe-options.ts";
import { probeSource } from "../sources/probes.ts";
import { recordSource } from "../sources/record.ts";
import { relaySource } from "../sources/relay.ts";
import { secretSource } from "../sources/secrets.ts";
import { serviceSource } from "../sources/services.ts";
import { targetSource } from "../sources/targets.ts";
import { topicSource } from "../sources/topics.ts";
import { webSource } from "../sources/web.ts";
import { Clients } from "./clients.ts";

/** Sources of everything that checks read, each over the clients of one account. */
export function sourcesOf(clients: Clients, environment: NodeJS.ProcessEnv, probes: ProbeOptions): Sources {
  return {
    probes: probeSource(probes),
    targets: targetSource(clients),
    services: serviceSource(clients),
    alarms: alarmSource(clients),
    logs: logSource(clients),
    metrics: metricSource(clients),
    topics: topicSource(clients),
    secrets: secretSource(clients),
    record: recordSource(clients),
    commands: commandSource(environment),
    relay: relaySource(probes.hub, (slot) => probeMarks(probes, slot)),
    files: fileSource(),
    web: webSource(probes.fetch ?? fetch),
  };
}
