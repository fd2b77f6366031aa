import type { ListenerRuleArgs } from "@pulumi/aws/lb/listenerRule.js";
import { unlessGone } from "../aws-error.ts";
import { list, map, number, set, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import {
  actionField,
  conditionField,
  fromActions,
  fromConditions,
  toActions,
  toConditions,
} from "./actions.ts";
import { liveTags, retag } from "./shared.ts";

/** The listener's ARN inside its rule's. */
const listenerOf = (ruleArn: string): string =>
  ruleArn.replace(":listener-rule/", ":listener/").replace(/\/[^/]+$/, "");

async function nextPriority(tools: Tools, listenerArn: string): Promise<number> {
  const answer = await (await tools.aws.elb()).describeRules({ ListenerArn: listenerArn });
  const taken = (answer.Rules ?? []).map(({ Priority }) => Number(Priority)).filter(Number.isInteger);
  return Math.max(0, ...taken) + 1;
}

/** A rule of a listener, by its ARN. Without a priority it takes the one after the highest that the listener has. */
export const listenerRule = kind<ListenerRuleArgs>({
  type: "aws:lb/listenerRule:ListenerRule",
  fields: {
    listenerArn: text,
    priority: number,
    actions: list(actionField),
    conditions: set(conditionField),
    tags: map,
  },
  required: ["listenerArn", "actions", "conditions"],
  forceNew: ["listenerArn"],
  gone: ["RuleNotFound"],
  async create(tools, inputs) {
    const elb = await tools.aws.elb();
    const create = async () =>
      elb.createRule({
        ListenerArn: inputs.listenerArn,
        Priority: inputs.priority ?? (await nextPriority(tools, inputs.listenerArn)),
        Actions: toActions(inputs.actions),
        Conditions: toConditions(inputs.conditions),
        Tags: tagListOrNone(inputs.tags),
      });
    // without a wish, two rules made at once may pick the same number
    const answer =
      inputs.priority === undefined ? await patiently(tools, ["PriorityInUse"], create) : await create();
    return answer.Rules?.[0]?.RuleArn ?? "";
  },
  async read(tools, arn) {
    const elb = await tools.aws.elb();
    const answer = await unlessGone(
      elb.describeRules({ RuleArns: [arn] }),
      "RuleNotFound",
      "ListenerNotFound",
    );
    const live = answer?.Rules?.[0];
    if (live === undefined) return undefined;
    return {
      arn,
      listenerArn: listenerOf(arn),
      priority: Number(live.Priority),
      actions: fromActions(live.Actions),
      conditions: fromConditions(live.Conditions),
      tags: await liveTags(tools, arn),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    const elb = await tools.aws.elb();
    if (changed("priority") && inputs.priority !== undefined)
      await elb.setRulePriorities({ RulePriorities: [{ RuleArn: arn, Priority: inputs.priority }] });
    if (changed("actions", "conditions"))
      await elb.modifyRule({
        RuleArn: arn,
        Actions: toActions(inputs.actions),
        Conditions: toConditions(inputs.conditions),
      });
  },
  retag,
  async remove(tools, arn) {
    await (await tools.aws.elb()).deleteRule({ RuleArn: arn });
  },
});
