import type { ScenarioResult } from "./scenarios/result.ts";

/** Widest line of the report. */
const width = 100;

const fit = (text: string) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** A scenario in lines for people: its promise, whether it held, and each figure. */
export function describeScenario(result: ScenarioResult, colour: boolean): string {
  const mark = (ok: boolean) => (ok ? paint("kept  ", 32, colour) : paint("BROKEN", 31, colour));
  const { requests, sessions, timings } = result;
  const lines = [
    `${result.name}: ${result.promise}`,
    ...result.held.map(({ what, saw, ok }) => `  ${mark(ok)} ${fit(`${what}: ${saw}`)}`),
    fit(
      `  ${requests.sent} requests, ${requests.lost} lost, ${requests.hurt} hurt; ${sessions.opened} sessions, ${sessions.broken} broken; ${(timings.totalMs / 1_000).toFixed(1)} s`,
    ),
  ];
  return lines.join("\n");
}

/** The last lines: what was promised and whether it held. */
export function describeAll(results: readonly ScenarioResult[], colour: boolean): string {
  const lines = results.map(({ name, asPromised, outcome, promise }) => {
    const word = asPromised ? paint("kept  ", 32, colour) : paint("BROKEN", 31, colour);
    return `  ${word} ${fit(`${name} (${outcome}): ${promise}`)}`;
  });
  const kept = results.filter(({ asPromised }) => asPromised).length;
  return ["", `${kept} of ${results.length} promises kept`, ...lines].join("\n");
}

function paint(text: string, code: number, colour: boolean): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
