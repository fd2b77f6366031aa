import { wrapped } from "../domain/wrapped.ts";
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

/** The plan as one line: what a preview shows on the switch. */
export function planLine(plan: PlanDocument): string {
  const notes = [
    ...plan.keeps,
    ...plan.leaves,
    durationWords(plan),
    plan.open.length > 0 ? `${plan.open.length} open in the pre-deployment record` : "",
    plan.firing && plan.firing.length > 0 ? `firing: ${plan.firing.map(({ name }) => name).join(", ")}` : "",
    inconclusiveWords(plan).length > 0 ? "some checks will not be able to tell" : "",
  ].filter((note) => note !== "");
  return `plan: ${[plan.summary, ...notes].join("; ")}`;
}

/** The plan as text for a terminal of 100 columns. */
export function planText(plan: PlanDocument): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => behind("  ", line)), ""];
  const row = (name: string, text: string) => (text === "" ? [] : [behind(name.padEnd(12), text)]);
  const { candidate, verify } = plan;
  const lines = [
    behind("", `Rollout plan of ${plan.stack}, ${plan.at}, from ${plan.basis}`),
    behind("", headline(plan)),
    "",
    ...section("Refused", plan.refused),
    ...row("live", liveWords(plan)),
    ...row("comes", candidateWords(plan)),
    ...(candidate === null ? [] : row("image", imageWords(candidate.image))),
    ...row("takes", durationWords(plan)),
    ...row("users", trafficWords(plan)),
    ...row("alarms", alarmWords(plan)),
    ...row("credentials", plan.credentialsUntil === null ? "" : `end at ${plan.credentialsUntil}`),
    "",
    ...section("Kept", plan.keeps),
    ...section("Leaves", plan.leaves),
    ...(verify === null ? [] : section("At 0 %, before any user", [`checks: ${gateWords(verify)}`])),
    ...plan.steps.flatMap((step, index) => section(stepTitle(plan, step, index), stepLines(step))),
    ...section("Will likely end inconclusive", inconclusiveWords(plan)),
    ...section("Alarms firing now", firingWords(plan)),
    ...section("Open in the pre-deployment record", plan.open),
    ...section("Back", plan.rollback),
    ...section("Costs", plan.cost),
    ...section("Warnings", plan.warnings),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** A text behind a word, below itself where it is longer than a line. */
const behind = (word: string, text: string) => word + wrapped(text, word.length).trimStart();

const stepTitle = ({ steps }: PlanDocument, step: PlanStep, index: number) =>
  `Step ${index + 1} of ${steps.length}: ${step.weight} % for ${heldWords(step)}, at most ${spoken(step.longestMs)}`;

function stepLines(step: PlanStep): string[] {
  const { users, blast, checks } = step;
  const met = users && `users: ${counted(users.requests)} requests, ${counted(users.sessions)} new sessions`;
  const faults = blast && [
    `if every answer were bad: noticed after ${blastWords(blast.all)}`,
    `if every tenth were: ${blastWords(blast.tenth)}`,
  ];
  return [
    ...(met ? [met] : []),
    ...(faults ?? []),
    probeWords(step),
    `checks: ${gateWords(checks)}`,
    personWords(step),
  ].filter((line) => line !== "");
}
