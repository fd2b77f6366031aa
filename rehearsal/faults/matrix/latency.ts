import type { Random } from "local-aws/random";
import type { Asking } from "./clients.ts";
import { analysisTool } from "./clients.ts";

/** The usual time of an answer, in milliseconds, as a rehearsal's hub has it; one in fifty takes up to four times as long. */
const usualMs = { analysis: 40, tool: 15, other: 4 } as const;
const tail = { share: 0.02, factor: 4 } as const;

type Asked = Pick<Asking, "method" | "tool">;

function usual({ tool }: Asked): number {
  if (tool === null) return usualMs.other;
  return tool === analysisTool ? usualMs.analysis : usualMs.tool;
}

/** How long an answer takes, in milliseconds. */
export function latencyMs(asked: Asked, random: Random): number {
  const ms = usual(asked) * (0.7 + 0.6 * random.next());
  return random.chance(tail.share) ? ms * (1 + (tail.factor - 1) * random.next()) : ms;
}

/** The slowest answer without a fault, in milliseconds: what is slower is beyond live's 99th percentile. */
export const slowestMs = (asked: Asked): number => usual(asked) * 1.3 * tail.factor;
