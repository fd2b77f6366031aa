import type { HubConfig } from "./config.ts";
import { slotOf } from "./guards.ts";
import { prices } from "./prices.ts";

/** What the stack costs a month, in dollars, by list prices; null where the region's prices are not known. */
export interface MonthlyCost {
  readonly usd: number | null;
  /** Of it, the colour that carries nothing, while it keeps its full count. */
  readonly idleColourUsd: number | null;
  /** What retiring that colour to its idle count saves. */
  readonly retiringSavesUsd: number | null;
  readonly note: string;
}

const hoursPerMonth = 730;

/** The table behind the stack output `monthlyCost`: fixed parts of the balancer and its alarms, and tasks by size and number. */
export function monthlyCostOf(config: HubConfig, region: string): MonthlyCost {
  const price = prices.regions[region];
  const source = `${prices.source}, ${prices.asOf}; without traffic, logs and LLM tokens`;
  if (!price)
    return {
      usd: null,
      idleColourUsd: null,
      retiringSavesUsd: null,
      note: `no prices are known here for ${region}`,
    };
  const task = (colour: "blue" | "green") => {
    const { cpu, memory, architecture } = slotOf(config, colour);
    const rate = price.fargate[architecture];
    return ((cpu / 1_024) * rate.vcpuHour + (memory / 1_024) * rate.gbHour) * hoursPerMonth;
  };
  const full = (colour: "blue" | "green") => task(colour) * slotOf(config, colour).tasks;
  const idle = full("green");
  const saves = task("green") * Math.max(0, slotOf(config, "green").tasks - config.rollout.idleTasks);
  const fixed =
    price.balancerHour * hoursPerMonth +
    (config.network.vpcId === undefined ? price.natHour * hoursPerMonth : 0) +
    alarmMetrics * price.alarmMetric +
    price.dashboard;
  return {
    usd: cents(fixed + full("blue") + idle),
    idleColourUsd: cents(idle),
    retiringSavesUsd: cents(saves),
    note: source,
  };
}

/** Metrics that the alarms read: each is billed. */
const alarmMetrics = 32;
const cents = (usd: number) => Math.round(usd * 100) / 100;
