import { limits } from "../../domain/limits.ts";
import { leaseHeld } from "../../domain/record.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import type { Guarding } from "./guarding.ts";
import type { GuardianPorts } from "./ports.ts";

/** Tells the on-call topic, and an hour later again when nothing has changed: not every minute. */
export async function callForAPerson(
  ports: Ports,
  guardian: GuardianPorts,
  { record, version }: Versioned,
  { why, once }: Extract<Guarding, { kind: "page" }>,
): Promise<void> {
  const now = ports.clock.now();
  if (record.paged?.why === why && (once || now - record.paged.at < limits.pageAgainMs)) return;
  await guardian.page("The traffic needs a person", why);
  // Who wrote in between has changed what there is to tell; then the next tick tells anew.
  await ports.store.write({ ...record, paged: { why, at: now } }, version);
}

/** All is well again: what is found next is told, even if it is the same. A rollout's record is left alone. */
export async function forgetPage(ports: Ports, { record, version }: Versioned): Promise<void> {
  if (record.paged === null || leaseHeld(record, ports.clock.now()) !== null) return;
  await ports.store.write({ ...record, paged: null }, version);
}

/** Tells the on-call topic what was done; a call that failed is made again. */
export function page(ports: Ports, guardian: GuardianPorts, subject: string, text: string): Promise<void> {
  return withRetries(ports, () => guardian.page(subject, text));
}
