import type { Check } from "../core/check.ts";
import { EvidenceLog } from "../evidence/evidence-log.ts";
import { type Run, runChecks } from "./judge.ts";
import { markdown } from "./markdown.ts";
import type { Options } from "./options.ts";
import { stopped } from "./refusal.ts";
import { leftOutLine, readingLine, summaryLine } from "./report.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Exit codes of the command, by how it ended. */
export const exitCodes = { pass: 0, fail: 1, usage: 2, inconclusive: 3, stopped: stopped.exitCode } as const;

/** An asked check: one that the command line named. */
export interface Asked {
  check: Check;
  /** Named by its group, not by itself. */
  byGroup: boolean;
}

const followEveryMs = 60_000;

/** Runs the checks once, or with --follow again and again until the watch's period ends; prints, reports, and gives the exit code. */
export async function judgeRounds(
  asked: readonly Asked[],
  target: Target,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { checks, leftOut } = sorted(asked, target);
  const width = Math.max(...asked.map(({ check }) => check.name.length));
  const say = (text: string) => (options.json ? undefined : terminal.out(text));
  for (const left of leftOut) say(leftOutLine(left, width));

  let rounds = 0;
  let run: Run;
  do {
    if (rounds > 0) {
      await terminal.sleep(followEveryMs, terminal.signal);
      if (terminal.signal.aborted) break;
      say(new Date(terminal.now()).toISOString());
    }
    rounds += 1;
    const found = await runChecks(checks, target.context, options.maxProbesPerSecond, (reading) =>
      say(readingLine(reading, terminal.coloured, width)),
    );
    run = { ...found, leftOut };
  } while (options.follow && !terminal.signal.aborted && terminal.now() < endOf(target));

  const exitCode = terminal.signal.aborted ? exitCodes.stopped : exitCodes[run!.verdict];
  await finish(run!, exitCode, rounds, target, options, terminal);
  return exitCode;
}

/** A bare address answers no question about the deployment: of a smoke or gate group such checks are left out, and said to be. */
function sorted(asked: readonly Asked[], { context }: Target): { checks: Check[]; leftOut: Run["leftOut"] } {
  const checks: Check[] = [];
  const leftOut: Run["leftOut"] = [];
  for (const { check, byGroup } of asked) {
    const missing = check.needs.includes("deployment") && context.deployment === null;
    const noSlot = check.needs.includes("slot") && context.slot === null;
    const optional = byGroup && (check.group === "smoke" || check.group === "gate");
    if (!optional || !(missing || noSlot)) checks.push(check);
    else leftOut.push({ check: check.name, why: missing ? "needs --stack" : "needs --slot" });
  }
  return { checks, leftOut };
}

/** Until when a watch follows, milliseconds since the epoch. */
function endOf({ context }: Target): number {
  return (context.record?.liveSince ?? context.rolloutSince) + context.watch.ms;
}

async function finish(
  run: Run,
  exitCode: number,
  rounds: number,
  target: Target,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const at = new Date(terminal.now()).toISOString();
  const document = {
    schema: 1,
    target: target.name,
    slot: target.context.slot,
    at,
    exitCode,
    rounds,
    ...run,
    ...(terminal.signal.aborted ? { stopped: true } : {}),
  };
  if (options.report !== null) {
    const text = reportText(options.report, document, run, target, terminal);
    await terminal.writeFile(options.report, text);
  }
  if (options.json) terminal.out(JSON.stringify(document));
  else terminal.out(`${terminal.signal.aborted ? "stopped; " : ""}${summaryLine(run, terminal.coloured)}`);
}

function reportText(
  file: string,
  document: { at: string },
  run: Run,
  target: Target,
  { now }: Terminal,
): string {
  if (file.endsWith(".md")) return markdown(target.name, document.at, run);
  if (file.endsWith(".json")) return `${JSON.stringify(document, undefined, 2)}\n`;
  const stack = target.context.deployment?.stack ?? target.name;
  const log = new EvidenceLog({ rollout: `check-${document.at}`, stack, now });
  for (const reading of run.readings) log.append("reading", reading);
  log.append("report", { verdict: run.verdict, probes: run.probes, leftOut: run.leftOut });
  return log.text();
}
