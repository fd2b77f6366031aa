import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { guard } from "./decision.ts";
import type { Guarding, Observation } from "./guarding.ts";
import { forgetPage, callForAPerson } from "./page.ts";
import type { GuardianPorts } from "./ports.ts";
import { reopen, reassert } from "./reassert.ts";
import { retire } from "./retire.ts";
import { takeTrafficBack } from "./take-traffic-back.ts";

/** One tick: read everything, decide, do at most one thing, tell what and why. Idempotent: a second tick finds it done. */
export async function tick(ports: Ports, guardian: GuardianPorts): Promise<Guarding | null> {
  const found = await withRetries(ports, () => ports.store.read());
  if (found === null) return null;
  const rule = found.record.ruleArn === null ? null : await withRetries(ports, () => ports.rule.read());
  const observation = await guardian.look(found.record);
  const published = guardian.publish(found.record, observation);
  published.catch(() => undefined); // it is waited for below: traffic that has to go home does not wait for a figure
  const decided = guard(found.record, rule, observation);
  await perform(ports, guardian, found, decided, observation);
  await published;
  return decided;
}

async function perform(
  ports: Ports,
  guardian: GuardianPorts,
  found: Versioned,
  decided: Guarding,
  observation: Observation,
): Promise<void> {
  switch (decided.kind) {
    case "watch":
      return forgetPage(ports, found);
    case "page":
      return callForAPerson(ports, guardian, found, decided.why);
    case "reopen":
      return reopen(ports, guardian, found, decided);
    case "rollback":
      return takeTrafficBack(ports, guardian, decided, observation);
    case "reassert":
      return reassert(ports, guardian, found, decided);
    case "retire":
      return retire(ports, found, decided);
    default:
      return decided satisfies never;
  }
}
