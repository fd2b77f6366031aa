import type {
  CreateRuleInput,
  DeleteRuleInput,
  DescribeRulesInput,
  ModifyRuleInput,
  Rule,
  SetRulePrioritiesInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../error.ts";
import { pageOf } from "../../page.ts";
import type { Handler } from "../../service.ts";
import { checkedActions, checkedConditions } from "./actions.ts";
import { tell } from "./listeners.ts";
import { type HeldListener, type State, listenerOf, ruleOf } from "./state.ts";

const largestPriority = 50_000;

function freePriority(listener: HeldListener, priority: number | undefined): number {
  if (priority === undefined || !Number.isInteger(priority) || priority < 1 || priority > largestPriority)
    throw new AwsError(
      "ValidationError",
      `Priority '${priority}' must be a whole number from 1 to ${largestPriority}`,
    );
  if ([...listener.rules.values()].some((rule) => rule.priority === priority))
    throw new AwsError("PriorityInUse", `Priority '${priority}' is currently in use`);
  return priority;
}

const defaultRule = ({ live, defaultRuleArn }: HeldListener): Rule => ({
  RuleArn: defaultRuleArn,
  Priority: "default",
  Conditions: [],
  Actions: live.DefaultActions,
  IsDefault: true,
});

/** The operations on rules. */
export function rules(state: State): Record<string, Handler> {
  return {
    CreateRule(input: CreateRuleInput) {
      const listener = listenerOf(state, input.ListenerArn);
      const priority = freePriority(listener, input.Priority);
      const RuleArn = `${listener.live.ListenerArn.replace(":listener/", ":listener-rule/")}/${state.ids.hex(16)}`;
      const live = {
        RuleArn,
        Priority: String(priority),
        Conditions: checkedConditions(input.Conditions),
        Actions: checkedActions(state, input.Actions),
        IsDefault: false,
      };
      listener.rules.set(RuleArn, { live, priority });
      state.tags.set(RuleArn, input.Tags);
      tell(state, listener);
      return { Rules: [live] };
    },
    ModifyRule(input: ModifyRuleInput) {
      const { listener, rule } = ruleOf(state, input.RuleArn);
      const Actions = input.Actions ? checkedActions(state, input.Actions) : rule.live.Actions;
      const Conditions = input.Conditions ? checkedConditions(input.Conditions) : rule.live.Conditions;
      rule.live = { ...rule.live, Actions, Conditions };
      tell(state, listener);
      return { Rules: [rule.live] };
    },
    DescribeRules(input: DescribeRulesInput) {
      if (input.RuleArns) return { Rules: input.RuleArns.map((arn) => oneRule(state, arn)) };
      const listener = listenerOf(state, input.ListenerArn);
      const sorted = [...listener.rules.values()].sort((a, b) => a.priority - b.priority);
      const all = [...sorted.map(({ live }) => live), defaultRule(listener)];
      const { items, next } = pageOf(all, input.Marker, Math.min(input.PageSize ?? 400, state.pageSize));
      return { Rules: items, NextMarker: next };
    },
    DeleteRule(input: DeleteRuleInput) {
      const { listener, rule } = ruleOf(state, input.RuleArn);
      listener.rules.delete(rule.live.RuleArn);
      state.tags.forget(rule.live.RuleArn);
      tell(state, listener);
      return {};
    },
    SetRulePriorities(input: SetRulePrioritiesInput) {
      const changed = (input.RulePriorities ?? []).map(({ RuleArn, Priority }) => ({
        ...ruleOf(state, RuleArn),
        Priority,
      }));
      for (const { listener, rule } of changed) listener.rules.delete(rule.live.RuleArn);
      for (const { listener, rule, Priority } of changed) {
        rule.priority = freePriority(listener, Priority);
        rule.live = { ...rule.live, Priority: String(rule.priority) };
        listener.rules.set(rule.live.RuleArn, rule);
        tell(state, listener);
      }
      return { Rules: changed.map(({ rule }) => rule.live) };
    },
  };
}

function oneRule(state: State, arn: string): Rule {
  for (const listener of state.listeners.values())
    if (listener.defaultRuleArn === arn) return defaultRule(listener);
  return ruleOf(state, arn).rule.live;
}
