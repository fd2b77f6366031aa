import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "./situation.ts";

/** Does to the cloud what somebody did by hand before this step. */
export function byHand(cloud: string, { byHand: changes = {} }: Step): void {
  for (const [id, outputs] of Object.entries(changes)) {
    const file = join(cloud, `${id}.json`);
    if (outputs === null) rmSync(file, { force: true });
    else writeFileSync(file, JSON.stringify(outputs));
  }
}
