import { styleText } from "node:util";
import type { Thresholds } from "../../domain/spec.ts";
import type { Check, Reading, Value, Verdict } from "../core/check.ts";
import { groups } from "../core/check.ts";
import type { Run } from "./judge.ts";
import { columns, wrapped } from "./wrapped.ts";

/** All words of the command line. */

const marks: Record<Verdict, { text: string; colour: "green" | "red" | "yellow" }> = {
  pass: { text: "pass", colour: "green" },
  fail: { text: "FAIL", colour: "red" },
  inconclusive: { text: "????", colour: "yellow" },
};

/**
 * One line for a check: verdict, name, value, limit, sample and time, and why where it fits. What did not pass says why
 * in full, on lines of its own if need be.
 */
export function readingLine(reading: Reading, coloured: boolean, width = 22): string {
  const { text, colour } = marks[reading.verdict];
  const mark = coloured ? styleText(colour, text, { validateStream: false }) : text;
  const unit = reading.unit === "" ? "" : ` ${reading.unit}`;
  const limit = `${shown(reading.value)} (${reading.operator} ${shown(reading.limit)}${unit})`;
  const sample = `${reading.samples} of at least ${shown(reading.minimumSamples)}`;
  const facts = `${reading.check.padEnd(width)}  ${limit} · n ${sample} · ${took(reading.durationMs)}`;
  const room = columns - `${text}  ${facts} · `.length;
  if (reading.why.length <= room) return `${mark}  ${facts} · ${reading.why}`;
  if (reading.verdict !== "pass") return `${mark}  ${facts}\n${wrapped(reading.why, 6)}`;
  return room < 12 ? `${mark}  ${facts}` : `${mark}  ${facts} · ${reading.why.slice(0, room - 1)}…`;
}

export function summaryLine(run: Run, coloured: boolean): string {
  const count = (verdict: Verdict) => run.readings.filter((reading) => reading.verdict === verdict).length;
  const { text, colour } = marks[run.verdict];
  const word = run.verdict === "inconclusive" ? "cannot tell" : text;
  const mark = coloured ? styleText(colour, word, { validateStream: false }) : word;
  const counts = `${count("pass")} passed, ${count("fail")} failed, ${count("inconclusive")} could not tell`;
  const { sent, costUsd } = run.probes;
  const probes = sent === 0 ? "" : `; ${sent} own probes, about $${costUsd.toFixed(2)}`;
  return `${mark}: ${counts}${probes}`;
}

export function leftOutLine({ check, why }: Run["leftOut"][number], width = 22): string {
  return `----  ${check.padEnd(width)}  left out: ${why}`;
}

/** Every check with its question, group by group. */
export function listText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return groups
    .map((group) => {
      const rows = checks
        .filter((check) => check.group === group)
        .map((check) => `  ${check.name.padEnd(width)}  ${check.question}`);
      return [group, ...rows].join("\n");
    })
    .join("\n\n");
}

export function explainText(check: Check, thresholds: Thresholds): string {
  const minimum = check.minimumSamples(thresholds);
  const looks = check.everyMs === 0 ? "once" : `every ${took(check.everyMs)} while a step bakes`;
  const confirmations =
    check.confirmations > 1 ? `, and fails after ${check.confirmations} bad looks in a row` : "";
  const rows: [string, string][] = [
    ["asks", check.question],
    ["limit", check.limitText(thresholds)],
    ["sample", `at least ${shown(minimum)}${derivation(check, thresholds)}; below that it never passes`],
    ["source", check.source],
    ["looks", looks + confirmations],
    ["needs", check.needs.length === 0 ? "an address" : check.needs.join(", ")],
    ["spec", check.sentence ?? "none: the product's own"],
  ];
  const body = rows.map(([label, text]) => `  ${label.padEnd(8)}${wrapped(text, 10).trimStart()}`).join("\n");
  return `${check.name} (${check.group})\n${body}`;
}

/** Where a minimum sample comes from. */
function derivation({ shows }: Check, thresholds: Thresholds): string {
  if (shows === null) return "";
  const share = Number((100 * shows(thresholds)).toFixed(4));
  return `, because that many without a bad one show with 95 % confidence that fewer than ${share} % are bad`;
}

export const helpText = `npm run check -- GROUP|NAME… [options]

Groups: ${groups.join(", ")}. Names: see --list. A module's path: your own check.

What to check
  --stack S             a deployed stack, as its switch recorded it (needs AWS credentials)
  --url U               a hub at an address, without AWS
  --slot blue|green     the slot to judge; left out: the candidate, or live for watch and rollback

What to print
  --json                one JSON document and nothing else (npm run -s: npm's own lines stay away)
  --report FILE         write the result as well: .json, .jsonl (evidence) or .md
  --list                every check in one line
  --explain NAME        limit, sample, source and the spec's sentence of a check
  verify-evidence FILE --digest D    whether a record of evidence was changed

Options
  --follow              again each minute until the period of the watch ends, or Ctrl-C:
                        npm run check -- watch --stack production --for first-hour --follow
  --for PERIOD          watch: first-hour, first-day or first-week; left out: by live's age
  --record FILE         preflight: the pre-deployment record, YAML or JSON
  --evidence FILE       rollback: the evidence to read; left out: where the switch put it
  --incident FILE       rollback: where the incident document goes
  --command NAME=LINE   a command of yours as a check, such as integration="npm test"; repeatable
  --rate N              most own probes a second, 1 to 100 (20)
  with --url:   --health-path P --mcp-path P --transport sse|streamable-http --tool T --prompt TEXT
  with --stack: --project P --region R --profile P
Environment: MCP_HUB_TOKEN (bearer token), MCP_HUB_SIGNING_KEY (signs own probes), with --url.

Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 cannot tell, 130 stopped.`;

/** What was found of a record's chain, for people. */
export function verificationText(verdict: Verdict, { why, digest }: { why: string; digest: string }): string {
  const hint =
    verdict === "inconclusive" ? "; without --digest nobody can tell a record that was rewritten" : "";
  return `${wrapped(`${verdict}: ${why}${hint}`, 0)}\ndigest ${digest}`;
}

export function errorText(message: string, next: string): string {
  return `${wrapped(`${message}.`, 0)}\nType: ${next}`;
}

/** The result as a page of Markdown. */
export function markdown(target: string, at: string, run: Run): string {
  const cell = (of: Value) => shown(of).replaceAll("|", "\\|");
  const rows = run.readings.map(
    (of) =>
      `| ${of.verdict} | ${of.check} | ${cell(of.value)} | ${of.operator} ${cell(of.limit)} ${of.unit} | ${of.samples} of ${shown(of.minimumSamples)} | ${took(of.durationMs)} | ${cell(of.why)} |`,
  );
  const leftOut = run.leftOut.map((of) => `- ${of.check}: left out, ${of.why}`);
  return [
    `# Checks of ${target}`,
    `${at}: ${summaryLine(run, false)}`,
    [
      "| verdict | check | value | limit | samples | took | why |",
      "|---|---|---|---|---|---|---|",
      ...rows,
    ].join("\n"),
    ...(leftOut.length > 0 ? [leftOut.join("\n")] : []),
    "",
  ].join("\n\n");
}

function shown(of: Value): string {
  if (of === null) return "nothing";
  if (typeof of !== "number") return String(of);
  if (!Number.isFinite(of)) return "no number";
  return String(Number(of.toFixed(2)));
}

function took(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
