import type { Colour } from "../../domain/colour.ts";
import { type SwitchRecord, atRest, recordSchema, slotsOf } from "../../domain/record.ts";
import type { SwitchAnswer } from "../../domain/request.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { StackConfig } from "../../infra/stack-file.ts";
import { switchRequestOf } from "../../infra/switch-request.ts";
import { answerOf } from "../../rollout/plugin/preview.ts";

/** What the switch would say if the stack were as its config of before asks, whole and at rest. */
export function answerOffline(before: StackConfig | null, after: StackConfig, now: number): SwitchAnswer {
  const request = switchRequestOf(after.config, after.place);
  const record = before && recordOf(before, now);
  const rule = record && { weights: record.weights, foreign: [] };
  const trafficUnknown = record === null ? "nothing is live yet" : "the account was not asked";
  const answer = answerOf({ now, record, rule, request }, request.question, {
    credentials: null,
    today: { traffic: null, trafficUnknown, firing: record === null ? [] : null },
  });
  return { ...answer, foreseen: answer.foreseen && { ...answer.foreseen, liveSince: null } };
}

/** The record of a stack whose last `up` with this config ended as asked. When that was, nobody knows here: no window is open. */
function recordOf({ config, place }: StackConfig, now: number): SwitchRecord {
  const asked = switchRequestOf(config, place);
  const live: Colour = config.greenWeight > 50 ? "green" : "blue";
  return {
    ...atRest(),
    schema: recordSchema,
    ruleArn: "the weighted rule",
    live,
    liveSince: now,
    weights: weightsFor("green", config.greenWeight),
    slots: slotsOf({ ...asked, taskDefinitions: { blue: "", green: "" } }),
    inputs: null,
  };
}
