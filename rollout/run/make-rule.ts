import { limits } from "../../domain/limits.ts";
import { type Weights, describeWeights, sameWeights } from "../../domain/weight.ts";
import { type Session, endLease } from "../record/lease.ts";
import { Refusal } from "./failures.ts";
import type { World } from "./ports.ts";
import { again } from "./retry.ts";

/**
 * Makes the rule with the weights recorded. One that is there already may show these or what an earlier attempt of ours set;
 * anything else is a hand edit, which is never overwritten: throws Refusal.
 */
export async function makeRule(
  world: World,
  session: Session,
  ours: readonly Weights[],
): Promise<{ ruleArn: string; was: Weights | null }> {
  const { weights } = session.held.record;
  const made = await again(world, () => world.rule.create(weights));
  const { was } = made;
  if (was === null || sameWeights(was, weights)) return made;
  if (!ours.some((known) => sameWeights(known, was))) {
    await endLease(world, session, (record) => record);
    throw new Refusal(
      `The weighted rule ${made.ruleArn} is there already and has ${describeWeights(was)}, which no deployment of this stack set: a hand edit is never overwritten. Set it to ${describeWeights(weights)}, or delete it, and run pulumi up again.`,
    );
  }
  await again(world, () => world.rule.modify(weights, limits.modifyTimeoutMs));
  return made;
}
