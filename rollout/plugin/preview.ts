import type { provider } from "@pulumi/pulumi";
import { type Today, readToday } from "../../checks/core/traffic.ts";
import { perColour } from "../../domain/colour.ts";
import type { PlanQuestion } from "../../domain/foreseen.ts";
import { type HandEdit, handEdit, isSameEdit } from "../../domain/hand-edit.ts";
import { untilApproval } from "../../domain/plan.ts";
import { type SwitchAnswer, type SwitchRequest, switchRequest } from "../../domain/request.ts";
import { type CredentialsEnd, credentialsEnd } from "../aws/credentials-end.ts";
import { openAccount } from "../aws/open-account.ts";
import { adoptionOf, foresee } from "../policy/adoption.ts";
import { keptBy, withKept } from "../policy/kept.ts";
import { leavesOf } from "../policy/leaving.ts";
import type { Decision, Situation } from "../policy/situation.ts";
import { realClock } from "../run/open-ports.ts";
import { readSettled } from "../run/settled.ts";
import { describeDecision, describeEdit } from "../run/words.ts";
import { foreseeUsers } from "./foreseen.ts";
import { hasUnknowns } from "./inputs.ts";

/** What is live and what this `up` would do, or why it is refused, for the program to ask before it touches anything. */
export async function readSwitch(value: unknown): Promise<provider.InvokeResult> {
  const parsed = switchRequest.safeParse(value);
  if (!parsed.success)
    return {
      failures: parsed.error.issues.map((issue) => ({
        property: issue.path.join("."),
        reason: issue.message,
      })),
    };
  return { outputs: await answerSwitch(parsed.data) };
}

/** The same as a function, for whoever runs in this process. */
export async function answerSwitch(request: SwitchRequest): Promise<SwitchAnswer> {
  const { situation, credentials } = await look(request);
  const { question } = request;
  const { record, now } = situation;
  // Where the metrics are nobody knows but the record: a part of the namespace was drawn when the stack was made.
  const metricNamespace = record?.inputs?.metricNamespace;
  const today =
    question && record ? await readToday(request, { ...question, metricNamespace }, now) : nothingYet;
  return answerOf(situation, question, { credentials, today });
}

/** What was seen beside the record and the rule. */
export interface SeenBeside {
  readonly credentials: CredentialsEnd | null;
  readonly today: Today;
}

/** What a situation leads to. Pure. */
export function answerOf(
  asked: Situation,
  question: PlanQuestion | undefined,
  { credentials, today }: SeenBeside,
): SwitchAnswer {
  const kept = keptBy(asked);
  const situation = withKept(asked, kept);
  const { record, now } = situation;
  const { edit, decision } = foresee(situation);
  // What follows a step that waits is walked by whoever comes once it is approved.
  const waits = decision.kind === "resume" && decision.waits !== undefined && decision.waits.over !== "go-on";
  const walked = decision.kind === "shift" || decision.kind === "resume" ? decision.steps : [];
  const steps = waits ? [] : untilApproval(walked);
  return {
    first: record === null || decision.kind === "first",
    live: record?.live ?? null,
    weights: record?.weights ?? null,
    action: decision.kind,
    summary: describeDecision(decision),
    handEdit: edit && describeEdit(edit),
    steps: steps.map((step) => ({ weight: step.weight, bake: step.bake })),
    releases: record && { blue: record.slots.blue.release, green: record.slots.green.release },
    credentialsUntil: credentials && credentials.at,
    credentialsAssumed: credentials?.isAssumed ?? false,
    kept,
    leaves: decision.kind === "refuse" ? perColour(() => null) : leavesOf(record, situation.request, now),
    foreseen: question === undefined ? null : foreseeUsers(situation, decision, question, today),
    ...(decision.kind === "refuse" ? { refused: decision.why } : {}),
  };
}

/** Of a stack that is not there yet nobody asks anything. */
export const nothingYet: Today = { traffic: null, trafficUnknown: "nothing is live yet", firing: [] };

/**
 * The refusal of a hand edit that Pulumi's state does not show: no refresh has seen it. A resource that is not in the state yet
 * has nothing to show.
 */
export async function refuseUnseenEdit(
  olds: unknown,
  news: unknown,
): Promise<{ property: string; reason: string }[]> {
  const request = switchRequest.safeParse(news);
  const inState = Object.keys(olds as object).length > 0;
  if (!inState || !request.success || hasUnknowns(request.data)) return [];
  const { now, record, rule } = (await look(request.data)).situation;
  const adoption = record && adoptionOf(record, rule, now);
  if (!adoption || isSameEdit(adoption.edit, editInState(olds))) return [];
  return [{ property: "greenWeight", reason: adoption.why }];
}

/** The hand edit that a refresh left in Pulumi's state. */
export function editInState(state: unknown): HandEdit | null {
  return handEdit.safeParse((state as { handEdit?: unknown }).handEdit).data ?? null;
}

/** What moves traffic or judges a release. */
const work: readonly Decision["kind"][] = ["verify", "shift", "rollback", "resume", "undo"];

/**
 * Whether an `up` with these inputs has something to do although nothing about them changed: a rollout that was killed is
 * open, or somebody (the guardian, a break-glass command, a person at the rule) has moved the traffic since. Inputs that are not
 * known yet say nothing; what is refused the program has heard already, when it asked before anything was touched.
 */
export async function hasWork(inputs: unknown): Promise<boolean> {
  const request = switchRequest.safeParse(inputs);
  if (!request.success) return false;
  const { situation } = await look(request.data);
  const { edit, decision } = foresee(situation);
  return situation.record !== null && (edit !== null || work.includes(decision.kind));
}

interface Seen {
  readonly situation: Situation;
  readonly credentials: CredentialsEnd | null;
}

async function look(request: SwitchRequest): Promise<Seen> {
  await using account = openAccount(request);
  const found = await readSettled(account.store(request), realClock);
  const record = found?.record ?? null;
  const known =
    record?.ruleArn && record.inputs
      ? { ruleArn: record.ruleArn, targetGroups: record.inputs.targetGroups }
      : null;
  const rule = known && (await account.rule(known.ruleArn, known.targetGroups).read());
  return {
    situation: { now: Date.now(), record, rule, request },
    credentials: await credentialsEnd(request, Date.now()),
  };
}
