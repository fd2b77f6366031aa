import type { SwitchRecord } from "../../domain/record.ts";
import { adopt } from "../policy/adoption.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import type { Clock, Rule, Store } from "./ports.ts";

/**
 * Refresh: what is live is adopted into the record, unless somebody holds the lease. The record is read before the rule,
 * so that the conditional write fails when anybody moved traffic between the two looks.
 */
export async function refresh(
  store: Store,
  rule: Pick<Rule, "read">,
  clock: Pick<Clock, "now">,
): Promise<{ record: SwitchRecord | null; live: LiveRule | null }> {
  const found = await store.read();
  const live = await rule.read();
  const adopted = found && adopt(found.record, live, clock.now());
  if (found && adopted && !(await store.write(adopted, found.version)))
    throw new Error(
      `The record changed while it was being refreshed: somebody is moving traffic. Run pulumi refresh again.`,
    );
  return { record: adopted ?? found?.record ?? null, live };
}
