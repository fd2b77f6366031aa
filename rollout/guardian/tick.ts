import { limits } from "../../domain/limits.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { guard } from "./decision.ts";
import type { Guarding, Observation } from "./guarding.ts";
import { inTime } from "./in-time.ts";
import { forgetPage, callForAPerson } from "./page.ts";
import type { Acting, GuardianPorts } from "./ports.ts";
import { reopen, reassert } from "./reassert.ts";
import { retire } from "./retire.ts";
import { takeTrafficBack } from "./take-traffic-back.ts";
import { giveBack, nameOf } from "./under-lease.ts";

/**
 * One tick: read everything, decide, do at most one thing, tell what and why. Idempotent: a second tick finds it done. Ends
 * before its caller's time does, and never with the lease.
 */
export async function tick(ports: Ports, guardian: GuardianPorts): Promise<Guarding | null> {
  const name = nameOf(ports);
  const timed = inTime(ports, guardian, guardian.left() - limits.guardianReserveMs);
  try {
    return await oneTick(timed.ports, timed.guardian, name);
  } catch (error) {
    await giveBack(ports, name);
    throw error;
  } finally {
    timed.close();
  }
}

async function oneTick(ports: Ports, guardian: GuardianPorts, name: string): Promise<Guarding | null> {
  const found = await withRetries(ports, () => ports.store.read());
  if (found === null) return null;
  const rule = found.record.ruleArn === null ? null : await withRetries(ports, () => ports.rule.read());
  const observation = await guardian.look(found.record);
  const published = guardian.publish(found.record, observation);
  published.catch(() => undefined); // it is waited for below: traffic that has to go home does not wait for a figure
  const decided = guard(found.record, rule, observation);
  await perform({ ports, guardian, name }, found, decided, observation);
  await published;
  return decided;
}

async function perform(
  by: Acting,
  found: Versioned,
  decided: Guarding,
  observation: Observation,
): Promise<void> {
  const { ports, guardian } = by;
  switch (decided.kind) {
    case "watch":
      return forgetPage(ports, found);
    case "page":
      return callForAPerson(ports, guardian, found, decided);
    case "reopen":
      return reopen(by, found, decided);
    case "rollback":
      return takeTrafficBack(by, decided, observation);
    case "reassert":
      return reassert(by, found, decided);
    case "retire":
      return retire(by, found, decided);
    default:
      return decided satisfies never;
  }
}
