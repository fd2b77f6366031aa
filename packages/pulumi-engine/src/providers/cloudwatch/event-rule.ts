import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import { unlessGone } from "../aws-error.ts";
import { flag, json, map, text } from "../fields.ts";
import { kind, patiently, type Plain } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";

const request = (inputs: Plain<EventRuleArgs>) => ({
  Name: inputs.name,
  Description: inputs.description,
  EventBusName: inputs.eventBusName,
  EventPattern: inputs.eventPattern,
  ScheduleExpression: inputs.scheduleExpression,
  RoleArn: inputs.roleArn,
  State: (inputs.state ?? (inputs.isEnabled === false ? "DISABLED" : "ENABLED")) as "ENABLED",
});

/** On the default bus the rule's name; on another `<bus>/<rule>`. */
function ruleKey(id: string): { Name: string; EventBusName?: string } {
  const at = id.lastIndexOf("/");
  return at < 0 ? { Name: id } : { Name: id.slice(at + 1), EventBusName: id.slice(0, at) };
}

/**
 * A rule of EventBridge: a schedule, a pattern or both. Its id is its name, after `BUS/` on another bus than the default one.
 */
export const eventRule = kind<EventRuleArgs>({
  type: "aws:cloudwatch/eventRule:EventRule",
  fields: {
    name: text,
    namePrefix: text,
    description: text,
    eventBusName: text,
    eventPattern: json,
    scheduleExpression: text,
    roleArn: text,
    isEnabled: flag,
    state: text,
    forceDestroy: flag,
    tags: map,
  },
  forceNew: ["name", "namePrefix", "eventBusName"],
  defaults: { eventBusName: "default", forceDestroy: false },
  naming: { property: "name", prefix: "namePrefix", max: 64 },
  gone: ["ResourceNotFound"],
  faults: ({ eventPattern, scheduleExpression }) =>
    eventPattern === undefined && scheduleExpression === undefined
      ? [
          {
            property: "scheduleExpression",
            reason: "or eventPattern is needed: a rule without both never fires",
          },
        ]
      : [],
  async create(tools, inputs) {
    const events = await tools.aws.events();
    await events.putRule({ ...request(inputs), Tags: tagListOrNone(inputs.tags) });
    const onDefault = inputs.eventBusName === undefined || inputs.eventBusName === "default";
    return onDefault ? (inputs.name ?? "") : `${inputs.eventBusName}/${inputs.name}`;
  },
  async read(tools, id) {
    const events = await tools.aws.events();
    const live = await unlessGone(events.describeRule(ruleKey(id)), "ResourceNotFound");
    if (live === undefined) return undefined;
    const { Tags } = await events.listTagsForResource({ ResourceARN: live.Arn });
    return {
      arn: live.Arn,
      name: live.Name,
      description: live.Description,
      eventBusName: live.EventBusName ?? "default",
      eventPattern: live.EventPattern,
      scheduleExpression: live.ScheduleExpression,
      roleArn: live.RoleArn,
      state: live.State,
      isEnabled: live.State !== "DISABLED",
      tags: tagMap(Tags),
    };
  },
  async update(tools, _id, { inputs }) {
    await (await tools.aws.events()).putRule(request(inputs));
  },
  async retag(tools, state, set, removed) {
    const events = await tools.aws.events();
    const ResourceARN = String(state.arn);
    if (removed.length > 0) await events.untagResource({ ResourceARN, TagKeys: removed });
    if (Object.keys(set).length > 0) await events.tagResource({ ResourceARN, Tags: tagList(set) });
  },
  async remove(tools, id) {
    const events = await tools.aws.events();
    // its targets may be going at this moment
    await patiently(tools, ["Validation"], () => events.deleteRule(ruleKey(id)), 60_000);
  },
});
