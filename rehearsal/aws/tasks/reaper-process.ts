/**
 * A process of its own that outlives the one that started it, for as long as it takes to clean up after it. It reads
 * which process groups and folders there are, one JSON line each; when the pipe closes, for whatever reason, it kills
 * those groups, removes those folders and ends.
 */
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

type Order = { group: number } | { forget: number } | { folder: string };

const groups = new Set<number>();
const folders = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  if ("group" in order) groups.add(order.group);
  else if ("forget" in order) groups.delete(order.forget);
  else folders.add(order.folder);
}
for (const group of groups) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It is gone already, which is what is wanted.
  }
}
for (const folder of folders)
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
