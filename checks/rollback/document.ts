import type { Deployment } from "../core/deployment.ts";
import type { Value } from "../core/reading.ts";
import type { EvidenceLine } from "../evidence/evidence-line.ts";
import { evidenceReading } from "../evidence/evidence-line.ts";
import { timelineRow } from "./event-words.ts";
import type { ReadEvidence } from "./read-evidence.ts";
import { timelineOf } from "./timeline.ts";

const moment = (at: number | null) => (at === null ? "not recorded" : new Date(at).toISOString());

/** A rollback in a few sentences, for a message. */
export function incidentSummary(evidence: ReadEvidence, file: string | null): string {
  const { decidedAt, provedAt, why } = timelineOf(evidence.lines);
  const took =
    decidedAt === null || provedAt === null ? "" : ` in ${((provedAt - decidedAt) / 1_000).toFixed(1)} s`;
  return [
    `The rollout ${evidence.lines[0]?.rollout} was rolled back at ${moment(decidedAt)}${took}.`,
    `Why: ${why}`,
    file === null ? "" : `The incident document is ${file}.`,
    `Evidence: ${evidence.where}.`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** The incident document, in Markdown. */
export function incidentDocument(evidence: ReadEvidence, deployment: Deployment | null): string {
  const { startedAt, firstBadAt, decidedAt, provedAt, why, outcome } = timelineOf(evidence.lines);
  const first = evidence.lines[0];
  return `# Incident: rollback of ${first?.rollout}

| | |
|---|---|
| stack | ${first?.stack ?? deployment?.stack ?? "unknown"} |
| rollout began | ${moment(startedAt)} |
| first bad answer | ${moment(firstBadAt)} |
| decided to roll back | ${moment(decidedAt)} |
| seen in traffic | ${moment(provedAt)} |
| outcome | ${outcome} |
| evidence | ${evidence.where}: ${evidence.verified ? "whole" : `NOT to be trusted, ${evidence.why}`} |

## What fired

${why}

${failedReadings(evidence.lines)}

## Timeline

${evidence.lines.flatMap((line) => timelineRow(line) ?? []).join("\n")}

## Next steps

- [ ] Tell users who were affected, if any were.
- [ ] Find the cause: begin with the candidate's log between ${moment(startedAt)} and ${moment(provedAt)}.
- [ ] Write the hotfix plan: who, what, by when.
- [ ] Put the repaired release into the same colour and run \`pulumi up\`; the rejected release is refused until it changes or \`rollout.retry\` names it.
- [ ] Schedule the next deployment, with on-call and team told.
`;
}

function failedReadings(lines: readonly EvidenceLine[]): string {
  const failed = lines.flatMap((line) => {
    const reading = line.kind === "reading" ? evidenceReading.safeParse(line.body) : null;
    return reading?.success && reading.data.verdict === "fail" ? [reading.data] : [];
  });
  if (failed.length === 0) return "No check failed: the rollback was asked for.";
  const rows = failed.map(
    (of) =>
      `| ${of.check} | ${cell(of.value)} | ${of.operator} ${cell(of.limit)} ${of.unit} | ${of.samples} | ${cell(of.why)} |`,
  );
  return ["| check | value | limit | samples | why |", "|---|---|---|---|---|", ...rows].join("\n");
}

function cell(of: Value): string {
  return String(typeof of === "number" ? Number(of.toFixed(3)) : of).replaceAll("|", "\\|");
}
