import type { WatchPeriod } from "./deployment.ts";

/** The spans after a promotion that the requirement names, shortest first. */
export const watchPeriods = [
  { name: "first-hour", ms: 3_600_000 },
  { name: "first-day", ms: 86_400_000 },
  { name: "first-week", ms: 7 * 86_400_000 },
] as const satisfies readonly WatchPeriod[];
