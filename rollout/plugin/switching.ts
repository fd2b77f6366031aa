import type { provider } from "@pulumi/pulumi";
import { commandLine } from "../../domain/command-line.ts";
import type { HandEdit } from "../../domain/hand-edit.ts";
import { type SwitchInputs, type SwitchOutputs, switchInputs } from "../../domain/inputs.ts";
import { iso } from "../../domain/iso.ts";
import { homeBeforeEndMs } from "../../domain/plan.ts";
import { type SwitchRecord, leaseHeld, rejectionOf } from "../../domain/record.ts";
import { describeWeights, sameWeights } from "../../domain/weight.ts";
import { credentialsEnd } from "../aws/credentials-end.ts";
import { openAccount } from "../aws/open-account.ts";
import { rulesOwnTags } from "../aws/rule-tags.ts";
import { adoptionOf } from "../policy/adoption.ts";
import { applyUp } from "../run/apply.ts";
import { Refusal } from "../run/failures.ts";
import { type Deadline, homeInTime, realTimer } from "../run/home-in-time.ts";
import { openPorts, realClock } from "../run/open-ports.ts";
import type { Outcome } from "../run/rollout-spec.ts";
import { describeEvent, nextCommand } from "../run/words.ts";
import { gateProblems } from "./gate-problems.ts";
import { hasUnknowns, inputProblems, parseInputs, unmark } from "./inputs.ts";
import { editInState, hasWork, refuseUnseenEdit } from "./preview.ts";
import type { Progress } from "./progress.ts";

/** Inputs whose change makes another rule of it. */
const identity = ["listenerArn", "priority", "table", "stack", "region"] as const;

/** The calls of one type of resource. A create and an update are told by the signal that they are cancelled. */
export interface Calls {
  check(urn: string, olds: unknown, news: unknown): Promise<provider.CheckResult>;
  diff(id: string, urn: string, olds: unknown, news: unknown): Promise<provider.DiffResult>;
  create(urn: string, inputs: unknown, cancel: AbortSignal): Promise<provider.CreateResult>;
  update(
    id: string,
    urn: string,
    olds: unknown,
    news: unknown,
    cancel: AbortSignal,
  ): Promise<provider.UpdateResult>;
  read(id: string, urn: string, props: unknown): Promise<provider.ReadResult>;
  delete(id: string, urn: string, props: unknown): Promise<void>;
}

/** The calls for `trafficswitch:index:TrafficSwitch`. */
export function switching(progress: Progress): Calls {
  return {
    check: (_urn, olds, news) => check(olds, news),
    diff: (_id, _urn, olds, news) => diff(olds, news),
    create: (urn, inputs, cancel) => create(progress, urn, parseInputs(inputs), cancel),
    update: (id, urn, olds, news, cancel) =>
      update(progress, id, urn, unmark(olds), parseInputs(news), cancel),
    read,
    delete: remove,
  };
}

/** Inputs that are sound are also checked for what the state shows: the first call that sees it, and nothing was touched yet. */
async function check(olds: unknown, news: unknown): Promise<provider.CheckResult> {
  const problems = [...inputProblems(news), ...gateProblems(news)];
  const failures = problems.length > 0 ? problems : await refuseUnseenEdit(unmark(olds), unmark(news));
  return { inputs: news, failures };
}

async function diff(olds: unknown, news: unknown): Promise<provider.DiffResult> {
  const before = unmark(olds) as Record<string, unknown>;
  const after = unmark(news) as Record<string, unknown>;
  const replaces = identity.filter(
    (key) => before[key] !== undefined && before[key] !== after[key] && !hasUnknowns(after[key]),
  );
  const changes = replaces.length === 0 && (await hasWork(after));
  // Without a verdict on `changes` the engine compares the inputs itself.
  return { replaces, deleteBeforeReplace: true, ...(changes ? { changes: true } : {}) };
}

async function create(
  progress: Progress,
  urn: string,
  inputs: SwitchInputs,
  cancel: AbortSignal,
): Promise<provider.CreateResult> {
  const record = await recorded(inputs);
  // A rule that is gone leaves the state with a refresh: that this is a create shows that one has seen it.
  const seen = record && { live: null, recorded: record.weights, fence: record.fence };
  const { outcome } = await run(progress, urn, inputs, { ruleArn: record?.ruleArn ?? null, seen }, cancel);
  if (outcome.record.ruleArn === null) throw new Error(sentence(outcome, inputs));
  const id = outcome.record.ruleArn;
  const outs = stateOf(inputs, outcome.record);
  if (!outcome.asAsked) throw partialFailure(id, outs, sentence(outcome, inputs));
  return { id, outs };
}

async function update(
  progress: Progress,
  id: string,
  urn: string,
  olds: unknown,
  inputs: SwitchInputs,
  cancel: AbortSignal,
): Promise<provider.UpdateResult> {
  await reshape(id, olds, inputs);
  const seen = editInState(olds);
  const { outcome } = await run(progress, urn, inputs, { ruleArn: id, seen }, cancel);
  const outs = stateOf(inputs, outcome.record);
  if (!outcome.asAsked) throw partialFailure(id, outs, sentence(outcome, inputs));
  return { outs };
}

/** One rollout from opening its ports to closing them. */
async function run(
  progress: Progress,
  urn: string,
  inputs: SwitchInputs,
  { ruleArn, seen }: { ruleArn: string | null; seen: HandEdit | null },
  cancel: AbortSignal,
): Promise<{ outcome: Outcome }> {
  const open = openPorts(
    inputs,
    ruleArn,
    (event) => {
      const { text, fleeting } = describeEvent(event);
      progress.say(urn, text, { fleeting });
    },
    (reading) =>
      progress.say(
        urn,
        `${reading.check}${reading.advisory === true ? ", which only advises" : ""}: ${reading.verdict}. ${reading.why}`,
        { fleeting: true },
      ),
  );
  let deadline: Deadline | null = null;
  try {
    const now = realClock.now();
    const end = await credentialsEnd(inputs, now);
    deadline = homeInTime(cancel, end, inputs.plan, { now, after: realTimer });
    const homeAt = end === null ? {} : { homeAt: end.at - homeBeforeEndMs(inputs.plan) };
    const up = { inputs, owner: open.owner, id: open.id, seen, ...homeAt };
    const outcome = await applyUp(open.ports, up, deadline.signal);
    if (outcome.record.ruleArn !== null) await tag(progress, urn, inputs, open.rule.tag, outcome.record);
    return { outcome };
  } finally {
    deadline?.clear();
    await open.close();
  }
}

async function recorded(inputs: SwitchInputs): Promise<SwitchRecord | null> {
  await using account = openAccount(inputs);
  return (await account.store(inputs).read())?.record ?? null;
}

/** The readable copy of the record on the rule itself. A copy that could not be written is told, and changes nothing. */
async function tag(
  progress: Progress,
  urn: string,
  inputs: SwitchInputs,
  write: (tags: Record<string, string>) => Promise<void>,
  record: SwitchRecord,
): Promise<void> {
  const tags = {
    ...rulesOwnTags(inputs),
    "traffic-switch:live": record.live,
    "traffic-switch:live-release": record.slots[record.live].release,
    "traffic-switch:weights": `blue ${record.weights.blue} green ${record.weights.green}`,
    "traffic-switch:last": record.last ? `${record.last.outcome} ${record.last.at}` : "none",
  };
  try {
    await write(tags);
  } catch (error) {
    progress.say(urn, `the rule's tags were not written: ${(error as Error).message}`, {
      severity: "warning",
    });
  }
}

/** Changed paths of the weighted rule are set without touching its weights. */
async function reshape(id: string, olds: unknown, inputs: SwitchInputs): Promise<void> {
  const before = (olds as { conditions?: unknown }).conditions;
  if (before === undefined || JSON.stringify(before) === JSON.stringify(inputs.conditions)) return;
  await using account = openAccount(inputs);
  await account.rule(id, inputs.targetGroups).reshape(inputs.conditions);
}

/**
 * What is live, for Pulumi's state. Nothing is written: a refresh may be only a preview, which does not show here. A hand edit is
 * noted in the state, for the `up` that adopts it.
 */
async function read(id: string, _urn: string, props: unknown): Promise<provider.ReadResult> {
  const inputs = parseInputs(pick(unmark(props) as Record<string, unknown>));
  await using account = openAccount(inputs);
  // In this order: a record that is older than the rule makes an edit of what is none, which no up then finds again.
  const record = (await account.store(inputs).read())?.record;
  const rule = await account.rule(id, inputs.targetGroups).read();
  if (rule === null) return { id: "", props: {} };
  if (!record)
    throw new Error(
      `The weighted rule ${id} is there, and its record in table ${inputs.table} is gone. Restore the item ${inputs.stack} from a backup before anything else.`,
    );
  const { weights } = rule;
  const edit = adoptionOf(record, rule, Date.now())?.edit ?? null;
  const atRest = edit !== null || sameWeights(weights, record.weights);
  const seen = { ...inputs, greenWeight: atRest ? weights.green : inputs.greenWeight };
  const noted = edit === null ? {} : { handEdit: edit };
  return {
    id,
    props: { ...stateOf(seen, record), weights, ...noted },
    inputs: { ...plain(seen), ...noted },
  };
}

async function remove(id: string, _urn: string, props: unknown): Promise<void> {
  const inputs = parseInputs(pick(unmark(props) as Record<string, unknown>));
  await using account = openAccount(inputs);
  const store = account.store(inputs);
  const found = await store.read();
  const lease = found && leaseHeld(found.record, Date.now());
  if (lease)
    throw new Refusal(
      `${lease.owner} is moving traffic since ${new Date(lease.since).toISOString()}. Stop it first: ${commandLine("abort", inputs.stack)}`,
    );
  await account.rule(id, inputs.targetGroups).remove();
  if (found && !(await store.remove(found.version)))
    throw new Error(
      `The record of ${inputs.stack} changed while its rule was being removed. Run pulumi destroy again.`,
    );
}

/** Only what the inputs' schema knows: state holds outputs beside them. */
function pick(state: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(switchInputs.shape).flatMap((key) => (key in state ? [[key, state[key]]] : [])),
  );
}

/** Inputs and outputs as Pulumi keeps them: no undefined, which Pulumi cannot store. */
function stateOf(inputs: SwitchInputs, record: SwitchRecord): Record<string, unknown> {
  const outputs: SwitchOutputs = {
    ruleArn: record.ruleArn ?? "",
    weights: record.weights,
    live: record.live,
    liveSince: iso(record.liveSince),
    liveRelease: record.slots[record.live].release,
    previous: record.previous && {
      colour: record.previous.colour,
      release: record.previous.release,
      until: iso(record.previous.until),
    },
    verified: record.verified && { ...record.verified, at: iso(record.verified.at) },
    lastRollout: record.last,
  };
  return plain({ ...inputs, ...outputs });
}

function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value));
}

/** What went wrong, where the traffic is, and what to type next. */
function sentence(outcome: Outcome, inputs: SwitchInputs): string {
  const { record, state, why } = outcome;
  const candidate = record.live === "blue" ? "green" : "blue";
  const where =
    record.ruleArn === null
      ? "Nothing is live."
      : `${record.live} is live (${describeWeights(record.weights)}).`;
  const release = inputs.releases[candidate];
  // One that it had from before this rollout stands aside: `rollout.retry` names it, or this rollout had not begun.
  const rejected = rejectionOf(record, release)?.why === why;
  const next = nextCommand(state, {
    candidate,
    release,
    rejected,
    stack: inputs.stack,
    waits: record.rollout?.waits !== undefined,
  });
  return `${state}: ${why}. ${where} ${next}`.trim();
}

/** Pulumi keeps the new outputs with the old inputs, fails the run, and makes an update of the next one. */
function partialFailure(id: string, properties: Record<string, unknown>, message: string): Error {
  return Object.assign(new Error(message), { id, properties, reasons: [message] });
}
