import type { LogLine } from "../../checks/sources/logs.ts";
import type { LineBudget } from "../../domain/line-budget.ts";
import { AccessLog } from "../../sidecar/observe/access-log.ts";
import { Waiting, WatchedSession } from "../../sidecar/observe/waiting.ts";

/** A slot of busy tasks, in virtual time. */
export interface BusySlot {
  /** Name of the tool whose calls are analyses. */
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What its tasks wrote, the oldest first. */
  readonly lines: readonly LogLine[];
  /** Lines from a moment to another, both included, the oldest first. */
  between(from: number, to: number): readonly LogLine[];
  /** A second passes, in which so many requests end. */
  second(rate: number): void;
}

const tool = "hub__analyze_prompt";
/** Sessions of each task. */
const sessions = 5_000;
/** One request of so many is an analysis, and one of so many does not end well. */
const oneOf = { analysis: 10, bad: 200 } as const;

/** As long as a UUID, and the same in every run. */
const nameOf = (index: number): string => `5e551017-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** So many tasks, whose logs have this budget: nothing of it is spare any more. */
export function busySlot(tasks: number, budget: LineBudget): BusySlot {
  const start = Date.UTC(2026, 0, 5);
  const clock = { now: start };
  const lines: LogLine[] = [];
  const write = (text: string) => void lines.push({ at: clock.now, id: String(lines.length), text });
  const logs = Array.from({ length: tasks }, (_, index) => {
    const whose = { slot: "green", task: `10.0.0.${index}:8080`, release: "94ee94ee94ee" };
    return new AccessLog(write, () => clock.now, whose, { tool, budget: { ...budget, spare: 0 } });
  });
  const known = Array.from(
    { length: sessions },
    (_, index) => new WatchedSession(nameOf(index), start + index, { begun: true, isOpen: true }),
  );
  let requests = 0;
  const answer = (log: AccessLog) => {
    const request = ++requests;
    const isAnalysis = request % oneOf.analysis === 0;
    const durationMs = isAnalysis ? 500 + ((request * 7_919) % 2_000) : 5 + (request % 60);
    const waiting = new Waiting(
      { id: request, method: "tools/call", tool: isAnalysis ? tool : "search" },
      {
        request,
        since: clock.now - durationMs,
        synthetic: false,
        session: known[request % sessions] ?? null,
        every: log.every,
      },
    );
    const isBad = request % oneOf.bad === 0;
    const [outcome, cause] = isBad ? (["tool-error", "isError"] as const) : (["ok", ""] as const);
    log.ended({ waiting, outcome, cause, durationMs, status: 200 });
  };
  return {
    tool,
    lines,
    get now() {
      return clock.now;
    },
    between: (from, to) => lines.slice(placeOf(lines, from), placeOf(lines, to + 1)),
    second(rate) {
      const begin = clock.now;
      for (let index = 0; index < rate; index += 1) {
        clock.now = begin + Math.floor((index * 1_000) / rate);
        answer(logs[index % tasks] as AccessLog);
      }
      clock.now = begin + 1_000;
      for (const log of logs) log.second();
    },
  };
}

/** Where the first line is that is not older than a moment. */
function placeOf(lines: readonly LogLine[], from: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as LogLine).at < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
