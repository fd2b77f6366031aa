import { approvalWords, endsAtHome } from "../../domain/approval.ts";
import { type Colour, other } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { HandEdit } from "../../domain/hand-edit.ts";
import { type Step, describeBake } from "../../domain/plan.ts";
import { describeWeights } from "../../domain/weight.ts";
import type { Decision, Through } from "../policy/situation.ts";
import type { RolloutEvent } from "./ports.ts";

/** A decision in words, for previews and the resource's line. All of the rollout's prose stands in this file. */
export function describeDecision(decision: Decision): string {
  switch (decision.kind) {
    case "refuse":
      return decision.why;
    case "first":
      return `first deployment: ${decision.live} is checked at weight 0 and then made live`;
    case "nothing":
      return decision.liveChanged
        ? "the live release changes under its users, as allowLiveChange accepts; no traffic moves"
        : "no traffic moves";
    case "verify":
      return `${decision.candidate} is checked at weight 0; no user meets it`;
    case "shift":
      return `${decision.verify ? `${decision.candidate} is checked at weight 0, then moves` : `${decision.candidate} moves`} to ${decision.asked} %: ${describeSteps(decision.steps)}${throughWords(decision.through)}`;
    case "rollback":
      return `roll back to ${describeWeights(decision.to)}: one rule change, proved in traffic, not gated`;
    case "resume":
      return `${decision.why}: ${describeRest(decision)}`;
    case "undo":
      return `${decision.why}: everything goes back to ${describeWeights(decision.rollbackTarget)} first`;
    default:
      return decision satisfies never;
  }
}

/** A hand edit in words, where it is not known whether a refresh has seen it. */
export function describeEdit({ live, recorded }: HandEdit): string {
  const what =
    live === null
      ? `The weighted rule is gone; the record says ${describeWeights(recorded)}, and an up makes it again`
      : `The live rule has ${describeWeights(live)} by hand, and the record says ${describeWeights(recorded)}; an up adopts what is live`;
  return `${what} once a pulumi refresh has seen it, and refuses before.`;
}

/** What is left of a rollout that is taken up; of one that waits, once it is approved. */
function describeRest({ steps, waits, through, asked }: Extract<Decision, { kind: "resume" }>): string {
  const rest = steps.length > 0 ? `it goes on with ${describeSteps(steps)}` : `${asked} % is reached`;
  if (waits === undefined || waits.over === "go-on") return `${rest}${throughWords(through)}`;
  return endsAtHome(waits) ? "everybody goes home" : `once it is approved ${rest}`;
}

/** `5 % for 1m to 5m → 100 % for 15m (16m at least)`. */
function describeSteps(steps: readonly Step[]): string {
  const least = steps.reduce((sum, step) => sum + step.bake.min, 0);
  const asks = (step: Step) => (step.approval === undefined ? "" : ` (${approvalWords(step.approval)})`);
  return `${steps.map((step) => `${step.weight} % for ${describeBake(step.bake)}${asks(step)}`).join(" → ")} (${formatDuration(least)} at least)`;
}

const throughWords = (through: Through | undefined): string =>
  through === undefined ? "" : `; through the freeze "${through.name}", because: ${through.why}`;

/**
 * One line for an event; `fleeting` lines are only a status that the next one replaces. The CLI has 20 to 40 columns for either
 * beside the resource: a status fits them, and what stays begins with what matters.
 */
export function describeEvent(event: RolloutEvent): { text: string; fleeting: boolean } {
  const lasting = (text: string) => ({ text, fleeting: false });
  const fleeting = (text: string) => ({ text, fleeting: true });
  switch (event.kind) {
    case "decided":
      return lasting(event.summary);
    case "scaling":
      return fleeting(`${event.colour}: ${event.text}`);
    case "verifying":
      return fleeting(`checking ${event.colour} at weight 0`);
    case "judged":
      return lasting(
        `${event.colour} at ${event.weight} %: ${event.judgement.verdict}. ${event.judgement.why}`,
      );
    case "shifting":
      return fleeting(`step ${event.step} of ${event.steps}: to ${describeWeights(event.to)}`);
    case "written":
      return fleeting(`accepted: ${describeWeights(event.weights)}`);
    case "proved":
      return lasting(
        `proved in traffic: ${describeWeights(event.weights)}, seen ${describeAnswers(event.answers)} at ${event.addresses} address${event.addresses === 1 ? "" : "es"} in ${formatDuration(event.tookMs)}`,
      );
    case "unprovable":
      return lasting(
        `${describeWeights(event.weights)} is set and was read back; no response names its slot, so traffic cannot prove it`,
      );
    case "unproved":
      return lasting(`not proved in traffic: ${describeWeights(event.weights)}. ${event.why}`);
    case "baking":
      return fleeting(
        `${event.colour} holds ${event.weight} %${event.extended ? " again" : ""} for ${describeBake(event.bake)}`,
      );
    case "waiting":
    case "answered":
      return lasting(`${event.colour} at ${event.weight} %: ${event.text}`);
    case "rolling-back":
      return lasting(`going back to ${describeWeights(event.to)}: ${event.why}`);
    case "moved":
      return fleeting(`${event.on} → ${event.to}`);
    case "adopted":
      return lasting(
        event.edit.live === null
          ? `the weighted rule is gone, which a refresh has seen: it is made again with ${describeWeights(event.edit.recorded)}`
          : `what a refresh has seen is adopted: ${describeWeights(event.edit.live)} in place of ${describeWeights(event.edit.recorded)}`,
      );
    case "repaired":
      return lasting(`a late change of ours was undone: ${describeWeights(event.weights)} again`);
    case "unkept":
      return lasting(`the evidence was not kept as configured: ${event.why}`);
    case "ended":
      return lasting(event.outcome === "paused" ? event.why : `${event.outcome}: ${event.why}`);
    default:
      return event satisfies never;
  }
}

function describeAnswers(answers: Record<Colour, number>): string {
  return `blue ${answers.blue} · green ${answers.green}`;
}

/** A rollout that did not end as asked. */
export interface Stopped {
  readonly candidate: Colour;
  readonly release: string;
  readonly rejected: boolean;
  readonly stack: string;
  /** It waits for a person. */
  readonly waits?: boolean;
}

/** What to type after a rollout that did not end as asked. `rejected`: its release is refused from now on. */
export function nextCommand(
  outcome: string,
  { candidate, release, rejected, stack, waits }: Stopped,
): string {
  const greenWeight = candidate === "green" ? 0 : 100;
  switch (outcome) {
    case "refused":
    case "rolled-back":
      if (!rejected)
        return `Nothing was found against release ${release}: run pulumi up again to try it anew; greenWeight ${greenWeight} keeps ${other(candidate)} live.`;
      return `Put a repaired release into ${candidate} and run pulumi up, or set rollout.retry to "${release}" to try this one again; greenWeight ${greenWeight} keeps ${other(candidate)} live.`;
    case "held":
      if (waits)
        return `Approve what follows with ${commandLine("approve", stack)} and run pulumi up, or set greenWeight to ${greenWeight} to send everybody back to ${other(candidate)}.`;
      return `Run pulumi up again to judge it anew, or set greenWeight to ${greenWeight} to send everybody back to ${other(candidate)}.`;
    case "taken-over":
    case "rollback-failed":
      return `See where the traffic is with: ${commandLine("status", stack)}`;
    default:
      return "";
  }
}
