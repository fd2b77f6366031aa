import type { Running } from "pulumi-engine/cli";
import type { Account } from "../../drills/account.ts";
import type { CliEngine } from "../../stage/cli-engine.ts";

/** What a killed CLI left behind, watched until nothing of it runs any more. */
export interface LeftBehind {
  /** Milliseconds from the kill until green had no weight for the last time; null: it still has. */
  readonly homeMs: number | null;
  /** Milliseconds from the kill until all had ended; null: something runs on. */
  readonly endedMs: number | null;
  /** What still runs, when it was no longer waited for. */
  readonly running: readonly string[];
  /** The switch's memory at the kill, and the most that it had afterwards, in bytes; null: it did not run. */
  readonly memory: { readonly atKill: number; readonly most: number } | null;
}

/** How long it is watched, and how often looked at, in milliseconds: the switch also proves that the traffic is home, before it ends. */
const patienceMs = 90_000;
const lookMs = 100;

/** Watches what a killed CLI left behind. @param atKill what ran when it was killed */
export async function watchOver(
  account: Account,
  cli: CliEngine,
  atKill: readonly Running[],
): Promise<LeftBehind> {
  const began = Date.now();
  const switching = atKill.find(({ command }) => command.includes("pulumi-resource-trafficswitch"));
  let most = switching?.rss ?? 0;
  let homeMs: number | null = null;
  for (;;) {
    const weight = (await account.rule())?.weights.green;
    const sinceMs = Date.now() - began;
    homeMs = weight === 0 ? (homeMs ?? sinceMs) : null;
    const running = cli.processes();
    most = Math.max(most, running.find(({ pid }) => pid === switching?.pid)?.rss ?? 0);
    if (running.length === 0 || sinceMs > patienceMs)
      return {
        homeMs,
        endedMs: running.length === 0 ? sinceMs : null,
        running: running.map(({ command }) => command),
        memory: switching === undefined ? null : { atKill: switching.rss, most },
      };
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
