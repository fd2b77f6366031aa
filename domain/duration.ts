import { z } from "zod";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

/** Nothing here lasts longer, and every duration stays a number that is exact. */
const longestMs = 365 * unitMs.d;

/** What a duration text looks like, a whole number and a unit: `500ms`, `30s`, `5m`, `24h`, `7d`. */
export const durationPattern = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Milliseconds of a duration text, a year at most. The whole text must match; throws a sentence with the bad text. */
export function parseDuration(text: string): number {
  const match = durationPattern.exec(text);
  if (!match)
    throw new Error(`"${text}" is not a duration: write a whole number and ms, s, m, h or d, as in "5m"`);
  const ms = Number(match[1]) * unitMs[match[2] as Unit];
  if (ms > longestMs) throw new Error(`"${text}" is longer than 365d, the longest a duration may be`);
  return ms;
}

/**
 * The shortest text of a number of milliseconds that `parseDuration` reads back; above a second, what is no whole number of
 * seconds is shown to a tenth of one.
 */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms);
  if (whole === 0) return "0s";
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (whole % unitMs[unit] === 0) return `${whole / unitMs[unit]}${unit}`;
  }
  return whole > 1_000 ? `${(whole / 1_000).toFixed(1)}s` : `${whole}ms`;
}

/** A duration in config: text in, milliseconds out. */
export const duration = z
  .string()
  .meta({ pattern: durationPattern.source })
  .transform((text, context) => {
    try {
      return parseDuration(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message, input: text });
      return z.NEVER;
    }
  });
