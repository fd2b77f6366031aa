import type { EventTargetArgs } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { unlessGone } from "../aws-error.ts";
import { json, map, number, object, text, type Values } from "../fields.ts";
import { kind, type Plain, type Tools } from "../kind.ts";

async function put(tools: Tools, inputs: Plain<EventTargetArgs>, Id: string): Promise<void> {
  const { retryPolicy, inputTransformer, deadLetterConfig } = inputs;
  const answer = await (
    await tools.aws.events()
  ).putTargets({
    Rule: inputs.rule,
    EventBusName: inputs.eventBusName,
    Targets: [
      {
        Id,
        Arn: inputs.arn,
        RoleArn: inputs.roleArn,
        Input: inputs.input,
        InputPath: inputs.inputPath,
        InputTransformer: inputTransformer && {
          InputPathsMap: inputTransformer.inputPaths,
          InputTemplate: inputTransformer.inputTemplate,
        },
        RetryPolicy: retryPolicy && {
          MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
          MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
        },
        DeadLetterConfig: deadLetterConfig && { Arn: deadLetterConfig.arn },
      },
    ],
  });
  const [refused] = answer.FailedEntries ?? [];
  if (refused !== undefined) throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage}`);
}

const keyOf = (state: Values) => ({
  Rule: String(state.rule),
  EventBusName: state.eventBusName as string | undefined,
});

/** What a rule of EventBridge calls; its id is `RULE-TARGET`. An entry that EventBridge refuses fails the step. */
export const eventTarget = kind<EventTargetArgs>({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  fields: {
    rule: text,
    arn: text,
    targetId: text,
    eventBusName: text,
    roleArn: text,
    input: json,
    inputPath: text,
    inputTransformer: object({ inputPaths: map, inputTemplate: text }, ["inputTemplate"]),
    retryPolicy: object({ maximumEventAgeInSeconds: number, maximumRetryAttempts: number }),
    deadLetterConfig: object({ arn: text }),
  },
  required: ["arn", "rule"],
  forceNew: ["rule", "targetId", "eventBusName"],
  defaults: { eventBusName: "default" },
  naming: { property: "targetId", max: 64 },
  gone: ["ResourceNotFound"],
  async create(tools, inputs) {
    const targetId = inputs.targetId ?? "";
    await put(tools, inputs, targetId);
    return `${inputs.rule}-${targetId}`;
  },
  async read(tools, _id, state) {
    const events = await tools.aws.events();
    const answer = await unlessGone(events.listTargetsByRule(keyOf(state)), "ResourceNotFound");
    const live = answer?.Targets?.find(({ Id }) => Id === state.targetId);
    if (live === undefined) return undefined;
    return {
      rule: state.rule,
      targetId: live.Id,
      arn: live.Arn,
      roleArn: live.RoleArn,
      input: live.Input,
      inputPath: live.InputPath,
      retryPolicy: live.RetryPolicy && {
        maximumEventAgeInSeconds: live.RetryPolicy.MaximumEventAgeInSeconds,
        maximumRetryAttempts: live.RetryPolicy.MaximumRetryAttempts,
      },
      deadLetterConfig: live.DeadLetterConfig && { arn: live.DeadLetterConfig.Arn },
    };
  },
  async update(tools, _id, { inputs, state }) {
    await put(tools, inputs, String(state.targetId));
  },
  async remove(tools, _id, state) {
    const events = await tools.aws.events();
    await events.removeTargets({ ...keyOf(state), Ids: [String(state.targetId)] });
  },
});
