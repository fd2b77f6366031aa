import type { AccessLine, MetricName, OpenLine } from "../../domain/telemetry.ts";

/** What a sidecar wrote, read again. */

const linesOf = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

export const accessOf = (lines: readonly string[]): AccessLine[] =>
  linesOf(lines).filter(({ type }) => type === "access") as unknown as AccessLine[];

export const openOf = (lines: readonly string[]): OpenLine[] =>
  linesOf(lines).filter(({ type }) => type === "open") as unknown as OpenLine[];

/** Texts of the sidecar's own log. */
export const saidIn = (lines: readonly string[]): string[] =>
  linesOf(lines)
    .filter(({ type }) => type === "sidecar")
    .map(({ text }) => String(text));

/** All that was reported of a count so far. */
export const summed = (lines: readonly string[], name: MetricName): number =>
  linesOf(lines).reduce((total, line) => total + ("_aws" in line ? Number(line[name] ?? 0) : 0), 0);

/** Waits for what another process's or connection's turn brings about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
