import { UsageError } from "../../domain/usage-error.ts";
import type { WatchPeriod } from "../core/deployment.ts";
import { watchPeriods } from "../core/watch-periods.ts";
import { help } from "./flag-values.ts";

/** The period of the watch that was asked for; null: it is chosen by live's age. */
export function readWatch(text: string | undefined): WatchPeriod | null {
  if (text === undefined) return null;
  const period = watchPeriods.find((of) => of.name === text);
  if (period === undefined) {
    const names = watchPeriods.map((of) => of.name).join(", ");
    throw new UsageError(`--for is one of ${names}, not ${text}`, help);
  }
  return period;
}
