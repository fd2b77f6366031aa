import { Samples } from "../../checks/logs/samples.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import { type LineBudget, lineBudget } from "../../domain/line-budget.ts";
import type { Bench } from "./bench.ts";
import { type BusySlot, busySlot } from "./reading-slot.ts";

/** Tasks of the slot that is read. */
const tasks = 4;
/** How long a slot is read for, in seconds: a look reaches back over 15 s, so the first are easy. */
const seconds = 40;
/** A page of FilterLogEvents: its limits, and how long it takes where an account may ask ten times a second. */
const page = { bytes: 1_048_576, lines: 10_000, ms: 100 } as const;
/** Counted for each line besides its text, in bytes. */
const lineOverhead = 26;
/** Requests a second from which on nothing is tried. */
const most = 32_000;

/** A line for each request, as every task wrote before there were counts. */
const lineEach: LineBudget = { ...lineBudget, full: Number.POSITIVE_INFINITY };

/** How busy a slot may be for a gate that looks at it once a second, by lines and by counts. */
export const bench: Bench = {
  title: `reading the log of a busy slot of ${tasks} tasks once a second`,
  async run(progress) {
    const before = await mostKept(lineEach, progress, "a line each");
    const now = await mostKept(lineBudget, progress, "counts");
    return [
      {
        name: "kept up with, a line for each request",
        value: before.rate,
        unit: "req/s",
        note: `${before.lines} lines a second; a look takes ${before.lookMs.toFixed(0)} ms`,
      },
      {
        name: "kept up with, counts",
        value: now.rate,
        unit: "req/s",
        note: `${now.lines} lines a second; a look takes ${now.lookMs.toFixed(0)} ms${now.rate >= most ? ", and nothing busier was tried" : ""}`,
      },
      { name: "counts / a line each", value: now.rate / before.rate, unit: "ratio", atLeast: 10 },
    ];
  },
};

interface Kept {
  readonly rate: number;
  readonly lines: number;
  readonly lookMs: number;
}

/** The highest rate that is kept up with, to an eighth. */
async function mostKept(budget: LineBudget, progress: (line: string) => void, what: string): Promise<Kept> {
  let kept: Kept = { rate: 0, lines: 0, lookMs: 0 };
  for (let rate = 250, step = 2; rate <= most;) {
    const tried = await keepsUp(rate, budget);
    progress(
      `${what}: ${Math.round(rate)} requests a second ${tried === null ? "are too many" : "are kept up with"}`,
    );
    if (tried !== null) kept = tried;
    else if (step === 2) step = 1.125;
    else break;
    rate = Math.round(kept.rate * step);
  }
  return kept;
}

/** Reads a slot at this rate, second by second; null: it fell behind, or a look took longer than a second. */
async function keepsUp(rate: number, budget: LineBudget): Promise<Kept | null> {
  const slot = busySlot(tasks, budget);
  // A task that becomes busy has a line for each request at first.
  for (let second = 0; second < 2; second += 1) slot.second(rate);
  const before = slot.lines.length;
  const samples = new Samples();
  const read = { pages: 0 };
  const source = pagedSource(slot, read);
  const log = new SlotLog({ source, group: "g", slot: "green", tool: slot.tool, samples, from: slot.now });
  const from = slot.now;
  const signal = new AbortController().signal;
  let lookMs = 0;
  for (let second = 0; second < seconds; second += 1) {
    slot.second(rate);
    read.pages = 0;
    const started = performance.now();
    await log.look(slot.now, signal);
    lookMs = Math.max(performance.now() - started, read.pages * page.ms);
    if (lookMs > 1_000) return null;
  }
  const booked = samples.of("green", from).reduce((sum, { count = 1 }) => sum + count, 0);
  // What is not there yet is of the last second; a reading that is behind lacks more with each.
  if (booked < rate * (seconds - 2)) return null;
  return { rate, lines: Math.round((slot.lines.length - before) / seconds), lookMs };
}

/** The slot's lines as the service hands them out, page by page. */
function pagedSource(slot: BusySlot, read: { pages: number }) {
  return {
    async lines(query: { from: number; to: number; most: number }) {
      const found = slot.between(query.from, query.to).slice(0, query.most);
      const bytes = found.reduce((sum, { text }) => sum + text.length + lineOverhead, 0);
      read.pages += Math.max(1, Math.ceil(bytes / page.bytes), Math.ceil(found.length / page.lines));
      return found;
    },
    write: async () => undefined,
  };
}
