import { type Colour, colours } from "../domain/colour.ts";
import { lineBudget } from "../domain/line-budget.ts";
import { guardianMetrics, metrics } from "../domain/telemetry.ts";
import { type AlarmPlan, slotAlarms, stackAlarms } from "./alarms.ts";
import { type HubConfig, slotOf } from "./config.ts";
import { logBytesAt, readUnitsASecond } from "./cost-load.ts";
import { longestPlanMs } from "./plan-length.ts";
import { type RegionPrices, prices } from "./prices.ts";
import { secretIdsOf } from "./secret-names.ts";

/** One line of the table. */
interface CostItem {
  readonly item: string;
  /** A month, in dollars. */
  readonly usd: number;
  /** How it comes about, in words and numbers. */
  readonly how: string;
}

/** What the stack costs a month, in dollars, by list prices; figures are null where the region's prices are not known. */
export interface MonthlyCost {
  readonly usd: number | null;
  /** The colour that carries no traffic, by `greenWeight`. */
  readonly idleColour: Colour;
  /** Of `usd`, that colour while it keeps its full count. */
  readonly idleColourUsd: number | null;
  /** What retiring that colour to its idle count saves. */
  readonly retiringSavesUsd: number | null;
  /** What one rollout costs at most on top, from a retired colour: its tasks during the plan and the warm time after it. */
  readonly rolloutUsd: number | null;
  readonly items: readonly CostItem[];
  /** Prices' source and date, and what is not in the figures. */
  readonly note: string;
}

const hoursPerMonth = 730;
/** What a hub with a few hundred sessions uses: one load balancer capacity unit takes 3,000 open connections. */
const capacityUnits = 0.25;
/** What the hub itself is taken to print. */
const hubLogGb = 5;
/** Users' requests a second that a stack's own figures are for. */
export const usualLoad = 10;
const gigabyte = 1e9;
/** A guardian's tick, once a minute, in a function of 256 MB. */
const tick = { seconds: 1, gb: 0.25 };

/**
 * The table behind the stack output `cost`. Both colours at their full count: the most the stack costs without autoscaling.
 * @param load users' requests a second, all of them of the live colour
 */
export function monthlyCostOf(config: HubConfig, region: string, load: number = usualLoad): MonthlyCost {
  const idleColour: Colour = config.greenWeight > 50 ? "blue" : "green";
  const price = prices.regions[region];
  if (!price)
    return {
      usd: null,
      idleColour,
      idleColourUsd: null,
      retiringSavesUsd: null,
      rolloutUsd: null,
      items: [],
      note: `No prices are known here for ${region}: add them to infra/prices.ts. Known: ${Object.keys(prices.regions).join(", ")}.`,
    };
  const idle = slotOf(config, idleColour);
  const retired = Math.max(0, idle.tasks - config.rollout.idleTasks);
  const hour = taskHour(config, idleColour, price);
  const items = [
    ...colours.map((colour) => slotItem(config, colour, colour === idleColour, price)),
    ...fixedItems(config, price),
    ...(config.sidecar.enabled ? loadItems(config, idleColour, price, load) : []),
  ];
  const rolloutHours = (longestPlanMs(config) + config.rollout.warmTime) / 3_600_000;
  return {
    usd: cents(items.reduce((sum, { usd }) => sum + usd, 0)),
    idleColour,
    idleColourUsd: cents(hour * hoursPerMonth * idle.tasks),
    retiringSavesUsd: cents(hour * hoursPerMonth * retired),
    rolloutUsd: cents(hour * retired * rolloutHours),
    items: items.map((item) => ({ ...item, usd: cents(item.usd) })),
    note: `${prices.source}, ${prices.asOf}, ${region}. Not in it: traffic out and the load balancer's units for it, LLM tokens, storage, the free tier, tasks that autoscaling adds.`,
  };
}

/** What the stack costs, in a short sentence for a preview. */
export function describeCost(cost: MonthlyCost): string {
  if (cost.usd === null) return cost.note;
  return `$${cost.usd} a month with both colours at full count; ${cost.idleColour} idle $${cost.idleColourUsd}, of which retiring it saves $${cost.retiringSavesUsd}; a rollout from retired at most $${cost.rolloutUsd}`;
}

function taskHour(config: HubConfig, colour: Colour, { fargate }: RegionPrices): number {
  const { cpu, memory, architecture } = slotOf(config, colour);
  const { vcpuHour, gbHour } = fargate[architecture];
  return (cpu / 1_024) * vcpuHour + (memory / 1_024) * gbHour;
}

function slotItem(config: HubConfig, colour: Colour, idle: boolean, price: RegionPrices): CostItem {
  const { cpu, memory, architecture, tasks } = slotOf(config, colour);
  return {
    item: `${colour}${idle ? ", idle" : ""}`,
    usd: taskHour(config, colour, price) * hoursPerMonth * tasks,
    how: `${tasks} Fargate tasks of ${cpu / 1_024} vCPU and ${memory / 1_024} GB, ${architecture}`,
  };
}

function fixedItems(config: HubConfig, price: RegionPrices): CostItem[] {
  const { network, access } = config;
  const monthly = (hourly: number) => hourly * hoursPerMonth;
  const alarmMetrics = metricsOfAlarms(config);
  const customMetrics = (Object.keys(metrics).length + Object.keys(guardianMetrics).length) * colours.length;
  const secrets = secretIdsOf(config).length;
  const ticks = hoursPerMonth * 60;
  const addresses = access.internetFacing ? 2 : 0;
  return [
    {
      item: "load balancer",
      usd: monthly(price.balancerHour + capacityUnits * price.capacityUnitHour),
      how: `one, with ${capacityUnits} capacity units`,
    },
    ...(addresses > 0
      ? [
          {
            item: "public addresses",
            usd: monthly(price.publicAddressHour) * addresses,
            how: `${addresses}, of the load balancer in two zones`,
          },
        ]
      : []),
    ...(network.vpcId === undefined
      ? [
          {
            item: "NAT gateway",
            usd: monthly(price.natHour + price.publicAddressHour),
            how: "one, of the new VPC, with its address",
          },
        ]
      : []),
    {
      item: "alarms",
      usd: alarmMetrics * price.alarmMetric,
      how: `${alarmMetrics} metrics that alarms read`,
    },
    {
      item: "metrics",
      usd: customMetrics * price.customMetric,
      how: `${customMetrics} of sidecars and guardian`,
    },
    { item: "dashboard", usd: price.dashboard, how: "one" },
    { item: "hub's log", usd: hubLogGb * price.logGb, how: `${hubLogGb} GB taken in` },
    {
      item: "guardian",
      usd: ticks * tick.seconds * tick.gb * price.lambdaGbSecond.arm64,
      how: `${ticks} ticks of ${tick.seconds} s at ${tick.gb * 1_024} MB`,
    },
    { item: "secrets", usd: secrets * price.secret, how: `${secrets}, named in the config` },
  ];
}

/** What grows with the users' requests, and what the sidecars say and ask without any. */
function loadItems(config: HubConfig, idle: Colour, price: RegionPrices, load: number): CostItem[] {
  const seconds = hoursPerMonth * 3_600;
  const tasks = (colour: Colour) => slotOf(config, colour).tasks;
  const all = tasks("blue") + tasks("green");
  const live = all - tasks(idle);
  const bytes = live * logBytesAt(load / live) + tasks(idle) * logBytesAt(0);
  const gb = (bytes * seconds) / gigabyte;
  return [
    {
      item: "sidecars' logs",
      usd: gb * price.logGb,
      how: `a line a request, or counts where a task has more than ${lineBudget.full} a second; metrics`,
    },
    {
      item: "drain flag",
      usd: (all * readUnitsASecond * seconds * price.millionReads) / 1e6,
      how: `read by ${all} tasks each second`,
    },
  ];
}

/** Metrics that the alarms read: CloudWatch bills each of an alarm's own. */
function metricsOfAlarms(config: HubConfig): number {
  const certificate = config.domain ? { certificateArn: "any" } : {};
  const any = { prefix: "any", namespace: "any" };
  const alarms = [
    ...colours.flatMap((colour) => slotAlarms(any, colour, config.thresholds)),
    ...stackAlarms(any, config.thresholds, { loadBalancer: "any", ...certificate }),
  ];
  return alarms.reduce((sum, alarm) => sum + metricsRead(alarm), 0);
}

function metricsRead({ args }: AlarmPlan): number {
  const queries = args.metricQueries as readonly { readonly metric?: unknown }[] | undefined;
  return queries ? queries.filter(({ metric }) => metric !== undefined).length : 1;
}

const cents = (usd: number) => Math.round(usd * 100) / 100;
