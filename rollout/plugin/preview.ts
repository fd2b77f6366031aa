import type { provider } from "@pulumi/pulumi";
import type { SwitchRecord } from "../../domain/record.ts";
import { type SwitchPreview, type SwitchRequest, switchRequest } from "../../domain/request.ts";
import { openAccount } from "../aws/open-account.ts";
import { type Decision, type RefusalCode, decide } from "../policy/decision.ts";
import { realClock } from "../run/open-ports.ts";
import { readSettled } from "../run/settled.ts";
import { describeDecision } from "../run/words.ts";

/** The stack config key that a refusal is about. */
const propertyOf: Record<RefusalCode, string> = {
  "first-partial": "greenWeight",
  "lease-held": "greenWeight",
  "rule-gone": "greenWeight",
  "foreign-in-rule": "greenWeight",
  "hand-edit": "greenWeight",
  "live-changed": "releases",
  "unfinished-rollback": "releases",
  "both-carry-weight": "releases",
  "rollback-target-changed": "releases",
  "sessions-open": "releases",
  rejected: "greenWeight",
};

/** What is live and what this `up` would do, for the program to ask before it touches anything. */
export async function readSwitch(value: unknown): Promise<provider.InvokeResult> {
  const parsed = switchRequest.safeParse(value);
  if (!parsed.success)
    return {
      failures: parsed.error.issues.map((issue) => ({
        property: issue.path.join("."),
        reason: issue.message,
      })),
    };
  const request = parsed.data;
  const { record, decision, credentialsUntil } = await look(request);
  if (decision.kind === "refuse")
    return { failures: [{ property: propertyOf[decision.code], reason: decision.why }] };
  return { outputs: { ...answer(record, decision), credentialsUntil } };
}

/** What moves traffic or judges a release. */
const work: readonly Decision["kind"][] = ["verify", "shift", "rollback", "resume", "undo"];

/**
 * Whether an `up` with these inputs has something to do although nothing about them changed: a rollout that was killed is
 * open, or somebody (the guardian, a break-glass command, a refresh) has moved the traffic since. Inputs that are not
 * known yet say nothing; what is refused the program has heard already, when it asked before anything was touched.
 */
export async function hasWork(inputs: unknown): Promise<boolean> {
  const request = switchRequest.safeParse(inputs);
  if (!request.success) return false;
  const { record, decision } = await look(request.data);
  return record !== null && work.includes(decision.kind);
}

interface Seen {
  readonly record: SwitchRecord | null;
  readonly decision: Decision;
  readonly credentialsUntil: number | null;
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
    record,
    decision: decide({ now: Date.now(), record, rule, request }),
    credentialsUntil: fixedUntil(await account.clients.dynamodb.config.credentials()),
  };
}

/** Credentials in the environment are the ones that nobody renews; their end stands beside them (AWS_CREDENTIAL_EXPIRATION). */
function fixedUntil(of: { readonly accessKeyId: string; readonly expiration?: Date }): number | null {
  const fixed = of.accessKeyId === process.env["AWS_ACCESS_KEY_ID"];
  return fixed ? (of.expiration?.getTime() ?? null) : null;
}

function answer(record: SwitchRecord | null, decision: Decision): Omit<SwitchPreview, "credentialsUntil"> {
  const steps = decision.kind === "shift" || decision.kind === "resume" ? decision.steps : [];
  return {
    first: record === null || decision.kind === "first",
    live: record?.live ?? null,
    weights: record?.weights ?? null,
    action: decision.kind,
    summary: describeDecision(decision),
    steps: steps.map((step) => ({ weight: step.weight, bakeMs: step.bake })),
    releases: record && { blue: record.slots.blue.release, green: record.slots.green.release },
  };
}
