/**
 * A process of its own that outlives the one that started it, for as long as it takes to clean up after it. It reads
 * which process groups, children and folders there are, one JSON line each; when the pipe closes, for whatever reason, it kills
 * those groups, removes those folders and ends.
 */
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

type Order =
  | { group: number }
  | { child: number }
  | { forget: number }
  | { folder: string }
  | { orderly: true };

/** Environment of everything that is to be reaped; see `Reaper.environment`. */
const mark = process.argv[2] ?? "";
/** Pauses between the looks for what a killed parent started and could not tell of, in milliseconds. */
const pausesMs = [0, 250, 1_000];

const groups = new Set<number>();
const children = new Set<number>();
const folders = new Set<string>();
let orderly = false;

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line) as Order;
    if ("group" in order) groups.add(order.group);
    else if ("child" in order) children.add(order.child);
    else if ("forget" in order) forget(order.forget);
    else if ("folder" in order) folders.add(order.folder);
    else orderly = true;
  }
  for (const group of [...groups, ...children]) kill(-group);
  for (const child of children) kill(child);
  if (!orderly && mark !== "") await killMarked();
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function forget(pid: number): void {
  groups.delete(pid);
  children.delete(pid);
}

async function killMarked(): Promise<void> {
  for (const pause of pausesMs) {
    await sleep(pause);
    for (const pid of marked()) kill(pid);
  }
}

function kill(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch {
    // It is gone already, which is what is wanted.
  }
}

/** Processes that carry the mark. Where there is no /proc only what was told of is known. */
function marked(): number[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name) && carriesMark(name)).map(Number);
}

function carriesMark(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
  } catch {
    return false; // it ended meanwhile, or belongs to somebody else
  }
}

await main();
