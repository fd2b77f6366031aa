import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Step } from "./situation.ts";

/** An engine at work on a step. */
export interface AtWork {
  interrupt(): void;
  /** kill -9. */
  kill(): void;
  /** Whether it has ended. */
  readonly over: boolean;
}

/** Does to an engine at work what the step says. The plugin's marks in its cloud say when: nothing here counts seconds. */
export async function doMeanwhile(cloud: string, { meanwhile }: Step, engine: AtWork): Promise<void> {
  if (meanwhile === undefined) return;
  const marked = async (mark: string): Promise<void> => {
    while (!engine.over && !existsSync(join(cloud, mark))) await delay(20);
  };
  await marked("at-work.mark");
  if (meanwhile === "kill") return engine.kill();
  engine.interrupt();
  if (meanwhile === "interrupt") return;
  await marked("cancelled.mark");
  engine.interrupt();
}

/** Ends when a plugin whose engine was killed has said that it ends by its stdin. */
export async function pluginEnded(cloud: string): Promise<void> {
  while (!existsSync(join(cloud, "plugin.json"))) await delay(20);
}
