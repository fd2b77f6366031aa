import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import { abandoned } from "./abandoned.ts";
import { dueRetirement } from "./due-retirement.ts";
import type { Observation, Guarding } from "./guarding.ts";
import { lateWrite, handEdit } from "./late-write.ts";
import { sendBack } from "./send-back.ts";
import { unattendedWait } from "./unattended-wait.ts";

/** Decides what one tick of the guardian does. Pure; a duplicate or late tick on the same observation decides the same. */
export function guard(record: SwitchRecord, rule: LiveRule | null, observation: Observation): Guarding {
  const { now } = observation;
  if (leaseHeld(record, now)) return { kind: "watch", why: `${record.lease?.owner} holds the lease` };
  if (rule === null)
    return record.ruleArn === null
      ? { kind: "watch", why: "nothing is live yet" }
      : { kind: "page", why: `the weighted rule ${record.ruleArn} is gone` };
  return (
    abandoned(record, rule, observation) ??
    lateWrite(record, rule, observation) ??
    handEdit(record, rule) ??
    unattendedWait(record, rule, observation) ??
    sendBack(record, observation) ??
    dueRetirement(record, observation) ?? { kind: "watch", why: "nothing to do" }
  );
}
