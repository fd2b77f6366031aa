import { limits } from "../../domain/limits.ts";
import { type Weights, describeWeights, sameWeights } from "../../domain/weight.ts";
import type { Lease } from "../record/lease.ts";
import { Refusal } from "./failures.ts";
import { withRetries } from "./retry.ts";

/**
 * Makes the rule with the weights recorded. One that is there already may show these or what an earlier attempt of ours set;
 * anything else is a hand edit, which is never overwritten: throws Refusal.
 */
export async function createRule(
  lease: Lease,
  ours: readonly Weights[],
): Promise<{ ruleArn: string; was: Weights | null }> {
  const { ports, record } = lease;
  const { weights } = record;
  const made = await withRetries(ports, () => ports.rule.create(weights));
  const { was } = made;
  if (was === null || sameWeights(was, weights)) return made;
  if (!ours.some((known) => sameWeights(known, was))) {
    await lease.end();
    throw new Refusal(
      `The weighted rule ${made.ruleArn} is there already and has ${describeWeights(was)}, which no deployment of this stack set: a hand edit is never overwritten. Set it to ${describeWeights(weights)}, or delete it, and run pulumi up again.`,
    );
  }
  await withRetries(ports, () => ports.rule.modify(weights, limits.modifyTimeoutMs));
  return made;
}
