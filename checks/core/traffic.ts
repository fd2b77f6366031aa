import { type PerColour, colours } from "../../domain/colour.ts";
import type { Traffic } from "../../domain/foreseen.ts";
import type { MetricName } from "../../domain/telemetry.ts";
import { type AlarmState, alarmSource } from "../sources/alarms.ts";
import { metricSource } from "../sources/metrics.ts";
import { Clients, type ClientOptions } from "./clients.ts";

/** The hour before counts as today's traffic. */
const windowMs = 3_600_000;
/** A plan waits no longer for what it only shows, in milliseconds. */
const patienceMs = 10_000;

const counted = ["Requests", "AnalysisCalls", "SessionsOpened"] as const satisfies readonly MetricName[];

/** What is going on in an account at the moment. */
export interface Today {
  readonly traffic: Traffic | null;
  /** Why there is no traffic to tell of; empty where there is. */
  readonly trafficUnknown: string;
  /** Alarms that are firing; null: they could not be read. */
  readonly firing: readonly Pick<AlarmState, "name" | "reason">[] | null;
}

/**
 * Reads what users ask and which alarms fire. Never rejects: a plan is shown without what could not be read.
 * @param of without a namespace nothing has been measured yet
 */
export async function readToday(
  account: ClientOptions,
  of: { readonly metricNamespace: string | undefined; readonly alarms: PerColour<string[]> },
  now: number,
): Promise<Today> {
  const clients = new Clients(account);
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const [traffic, firing] = await Promise.allSettled([
      readTraffic(clients, of.metricNamespace, now, signal),
      readFiring(clients, [...of.alarms.blue, ...of.alarms.green], signal),
    ]);
    return {
      traffic: traffic.status === "fulfilled" ? traffic.value : null,
      trafficUnknown: whyUnknown(traffic),
      firing: firing.status === "fulfilled" ? firing.value : null,
    };
  } finally {
    clients.close();
  }
}

async function readTraffic(
  clients: Clients,
  namespace: string | undefined,
  now: number,
  signal: AbortSignal,
): Promise<Traffic | null> {
  if (namespace === undefined) return null;
  const to = Math.floor(now / 60_000) * 60_000;
  const from = to - windowMs;
  const window = { namespace, statistic: "Sum", periodSeconds: 60, from, to };
  const queries = counted.flatMap((metric) => colours.map((slot) => ({ ...window, metric, slot })));
  const series = await metricSource(clients).read(queries, signal);
  if (series.every((points) => points.length === 0)) return null;
  const total = (name: (typeof counted)[number]) =>
    series
      .filter((_, index) => queries[index]?.metric === name)
      .flat()
      .reduce((sum, { value }) => sum + value, 0);
  return {
    from,
    to,
    requests: total("Requests"),
    analyses: total("AnalysisCalls"),
    sessions: total("SessionsOpened"),
  };
}

async function readFiring(clients: Clients, names: readonly string[], signal: AbortSignal) {
  if (names.length === 0) return [];
  const states = await alarmSource(clients).states(names, signal);
  return states.filter(({ state }) => state === "ALARM").map(({ name, reason }) => ({ name, reason }));
}

function whyUnknown(traffic: PromiseSettledResult<Traffic | null>): string {
  if (traffic.status === "rejected") return `it could not be read: ${(traffic.reason as Error).message}`;
  return traffic.value === null ? "the slots' metrics have no data of the last hour" : "";
}
