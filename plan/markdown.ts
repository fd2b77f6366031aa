import type { PlanDocument, PlanStep } from "./document.ts";
import {
  alarmWords,
  blastWords,
  candidateWords,
  counted,
  durationWords,
  firingWords,
  gateWords,
  headline,
  heldWords,
  imageWords,
  inconclusiveWords,
  liveWords,
  personWords,
  probeWords,
  spoken,
  trafficWords,
} from "./words.ts";

/** The plan for a pull request's comment: its tables are no wider than one. */
export function planMarkdown(plan: PlanDocument): string {
  const { candidate, refused, warnings } = plan;
  const facts: [string, string][] = [
    ["Live", escape(liveWords(plan))],
    ["Comes", escape(candidateWords(plan))],
    ["Image", candidate === null ? "" : `\`${imageWords(candidate.image)}\``],
    ["Takes", durationWords(plan)],
    ["Users", escape(trafficWords(plan))],
    ["Alarms", alarmWords(plan)],
    ["Credentials end", plan.credentialsUntil ?? ""],
  ];
  const parts = [
    `## Rollout plan: ${escape(plan.stack)}`,
    `**${escape(headline(plan))}**`,
    alert("CAUTION", refused),
    alert("WARNING", [...firingWords(plan).map((line) => `Alarm firing: ${line}`), ...warnings]),
    list(facts.flatMap(([name, text]) => (text === "" ? [] : [`**${name}:** ${text}`]))),
    titled("Kept", plan.keeps),
    titled("Leaves", plan.leaves),
    stepsTable(plan),
    titled("Will likely end inconclusive", inconclusiveWords(plan)),
    titled("Open in the pre-deployment record", plan.open),
    titled("Back", plan.rollback),
    titled("Costs", plan.cost),
    gates(plan),
    `<sub>${escape(plan.at)}, from ${escape(plan.basis)}</sub>`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** A text without what Markdown and HTML would read as theirs. Code that a sentence quotes stays text. */
export const escape = (text: string) =>
  text
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("\n", " ");

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");

const titled = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? "" : `### ${title}\n\n${list(lines.map(escape))}`;

/** GitHub shows it as a box; everybody else as a quotation. */
const alert = (kind: "CAUTION" | "WARNING", lines: readonly string[]) =>
  lines.length === 0 ? "" : [`> [!${kind}]`, ...lines.map((line) => `> - ${escape(line)}`)].join("\n");

function stepsTable({ steps }: PlanDocument): string {
  if (steps.length === 0) return "";
  const known = steps.every(({ users }) => users !== null);
  const head = ["Step", "Held", ...(known ? ["Requests", "New sessions", "If all were bad"] : ["At most"])];
  const cells = (step: PlanStep) => [
    `${step.weight} %`,
    [heldWords(step), personWords(step)].filter((words) => words !== "").join("; "),
    ...(step.users === null
      ? [spoken(step.longestMs)]
      : [counted(step.users.requests), counted(step.users.sessions), blastWords(step.blast?.all ?? null)]),
  ];
  const row = (of: readonly string[]) => `| ${of.join(" | ")} |`;
  const table = [row(head), row(head.map(() => "---")), ...steps.map((step) => row(cells(step)))].join("\n");
  const note =
    "The last column: how soon a candidate whose every answer is bad is noticed, and whom it met by then.";
  return ["### Steps", table, ...(known ? [note] : [])].join("\n\n");
}

/** What each gate asks, folded. */
function gates({ verify, steps }: PlanDocument): string {
  const lines = [
    ...(verify === null ? [] : [`**0 %**, before any user: ${escape(gateWords(verify))}`]),
    ...steps.map((step) => {
      const tenth = step.blast && `; every tenth answer bad: noticed after ${blastWords(step.blast.tenth)}`;
      const probes = probeWords(step);
      return `**${step.weight} %**: ${escape(gateWords(step.checks) + (probes === "" ? "" : `; ${probes}`) + (tenth ?? ""))}`;
    }),
  ];
  return lines.length === 0
    ? ""
    : `<details><summary>Checks of each step, and how many samples they need</summary>\n\n${list(lines)}\n\n</details>`;
}
