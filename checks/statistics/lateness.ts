import { percentile } from "../../domain/share-evidence.ts";
import type { Sample } from "../logs/sample.ts";
import type { Decided } from "./decided.ts";
import { type Group, type Request, sinceOf } from "./request-group.ts";

/** Live's requests that it takes to say what is late there. */
const fewestForLate = 10;

/** What is late from a moment on. */
interface Lateness {
  readonly from: number;
  readonly ms: number;
}

/**
 * What is late in live: slower than the 99th percentile of its answers so far, and by so much that it matters. It is fixed by
 * answers that came before whatever it judges, and looked at again when live has answered twice as often.
 */
export function latenessIn({ live }: Group): Lateness[] {
  const answered = live.flatMap((request) =>
    "outcome" in request && request.outcome !== "withdrawn" && request.outcome !== "drained" ? [request] : [],
  );
  answered.sort((a, b) => a.at - b.at);
  const found: Lateness[] = [];
  for (let count = fewestForLate; count <= answered.length; count *= 2) {
    const p99 = percentile(
      answered.slice(0, count).map(({ latencyMs }) => latencyMs),
      99,
    );
    found.push({
      from: (answered[count - 1] as Sample).at,
      ms: p99 + Math.min(2_000, Math.max(250, p99 / 10)),
    });
  }
  return found;
}

/** A request that its client gave up on before it was late tells nothing of it; one that still waits is late once it is. */
export function lateOf(request: Request, lateness: readonly Lateness[], now: number): Decided | null {
  const since = sinceOf(request);
  const ms = lateness.findLast(({ from }) => from <= since)?.ms;
  if (ms === undefined) return null;
  const lateAt = since + ms;
  if (!("outcome" in request)) return now >= lateAt ? { at: lateAt, bad: true } : null;
  if (request.at >= lateAt) return { at: lateAt, bad: true };
  const unanswered = ["withdrawn", "drained", "refused"].includes(request.outcome ?? "");
  return unanswered ? null : { at: request.at, bad: false };
}
