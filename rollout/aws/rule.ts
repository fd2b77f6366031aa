import {
  type Action,
  AddTagsCommand,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule as ElbRule,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type PerColour, colours } from "../../domain/colour.ts";
import type { RuleCondition as PathCondition } from "../../domain/inputs.ts";
import { type Weights, describeWeights } from "../../domain/weight.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import type { Rule } from "../run/ports.ts";
import type { SwitchClients } from "./clients.ts";

/** The rule that a handle is on. */
export interface RuleTarget {
  /** Null until the rule is made. */
  readonly ruleArn: string | null;
  readonly targetGroups: PerColour<string>;
  /** What making the rule needs; null where it is only changed. */
  readonly make: {
    readonly listenerArn: string;
    readonly priority: number;
    readonly conditions: Conditions;
    readonly tags: Readonly<Record<string, string>>;
  } | null;
}

type Conditions = readonly PathCondition[];

/** A handle on the weighted rule, with what only the plugin does to it. */
export interface RuleHandle extends Rule {
  readonly ruleArn: string | null;
  /** Sets the paths the rule matches, and leaves its weights alone. */
  reshape(conditions: Conditions): Promise<void>;
  /** Writes the readable copy of what the record says into the rule's tags. */
  tag(tags: Record<string, string>): Promise<void>;
}

/** A handle on the weighted rule, through ELBv2. `modify` is one ModifyRule that is not retried. */
export function openRule(
  { elb, elbOnce }: Pick<SwitchClients, "elb" | "elbOnce">,
  target: RuleTarget,
): RuleHandle {
  let { ruleArn } = target;
  const arn = (): string => {
    if (ruleArn === null) throw new Error("the weighted rule has not been made yet");
    return ruleArn;
  };
  return {
    get ruleArn() {
      return ruleArn;
    },
    async read() {
      const rule = await describe(elb, arn());
      return rule === null ? null : liveRule(rule, target.targetGroups);
    },
    async modify(weights, timeoutMs) {
      const command = new ModifyRuleCommand({
        RuleArn: arn(),
        Actions: [forward(target.targetGroups, weights)],
      });
      await elbOnce.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
    },
    async create(weights) {
      const made = await create(elb, target, weights);
      ruleArn = made.ruleArn;
      return made;
    },
    async remove() {
      if (ruleArn !== null) await elb.send(new DeleteRuleCommand({ RuleArn: ruleArn })).catch(gone);
    },
    async reshape(conditions) {
      await elb.send(new ModifyRuleCommand({ RuleArn: arn(), Conditions: spell(conditions) }));
    },
    async tag(tags) {
      await elb.send(
        new AddTagsCommand({
          ResourceArns: [arn()],
          Tags: tagList(tags),
        }),
      );
    },
  };
}

function gone(error: Error): undefined {
  if (error.name !== "RuleNotFoundException") throw error;
  return undefined;
}

async function describe(elb: ElasticLoadBalancingV2Client, ruleArn: string): Promise<ElbRule | null> {
  const found = await elb.send(new DescribeRulesCommand({ RuleArns: [ruleArn] })).catch(gone);
  return found?.Rules?.[0] ?? null;
}

/** Stickiness is named and off: ModifyRule replaces the whole action, and cookies would slow a rollback. */
function forward(targetGroups: PerColour<string>, weights: Weights): Action {
  return {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: colours.map((colour) => ({
        TargetGroupArn: targetGroups[colour],
        Weight: weights[colour],
      })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}

/** The rule's weights by colour; groups that are not ours are foreign. A rule with one group and no weight gives it all. */
function liveRule(rule: ElbRule, targetGroups: PerColour<string>): LiveRule {
  const action = rule.Actions?.find((candidate) => candidate.Type === "forward");
  const groups =
    action?.ForwardConfig?.TargetGroups ??
    (action?.TargetGroupArn ? [{ TargetGroupArn: action.TargetGroupArn, Weight: 100 }] : []);
  const weights = { blue: 0, green: 0 };
  const foreign: string[] = [];
  for (const { TargetGroupArn, Weight } of groups) {
    const colour = colours.find((of) => targetGroups[of] === TargetGroupArn);
    if (colour) weights[colour] = Weight ?? 0;
    else foreign.push(`${TargetGroupArn} (weight ${Weight ?? 0})`);
  }
  return { weights, foreign };
}

/** Makes the rule, or finds the one that is at its priority, if it is of these target groups. */
async function create(
  elb: ElasticLoadBalancingV2Client,
  target: RuleTarget,
  weights: Weights,
): Promise<{ ruleArn: string; was: Weights | null }> {
  if (target.make === null) throw new Error("this command changes an existing rule and makes none");
  const { listenerArn, priority, conditions, tags } = target.make;
  try {
    const made = await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: priority,
        Conditions: spell(conditions),
        Actions: [forward(target.targetGroups, weights)],
        // A list of none is refused.
        ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
      }),
    );
    return { ruleArn: made.Rules?.[0]?.RuleArn as string, was: null };
  } catch (error) {
    if ((error as Error).name !== "PriorityInUseException") throw error;
    const there = await ruleAt(elb, listenerArn, priority);
    const live = there && liveRule(there, target.targetGroups);
    if (!there?.RuleArn || !live || live.foreign.length > 0 || live.weights.blue + live.weights.green === 0)
      throw new Error(
        `priority ${priority} of the listener is taken by a rule that is not this switch's (${there?.RuleArn ?? "unknown"}); ${describeWeights(weights)} was not set`,
        { cause: error },
      );
    return { ruleArn: there.RuleArn, was: live.weights };
  }
}

/** The rule of a listener that has this priority, on whichever page of its rules. */
async function ruleAt(
  elb: ElasticLoadBalancingV2Client,
  ListenerArn: string,
  priority: number,
): Promise<ElbRule | undefined> {
  let Marker: string | undefined;
  do {
    const { Rules, NextMarker } = await elb.send(new DescribeRulesCommand({ ListenerArn, Marker }));
    const there = Rules?.find((rule) => rule.Priority === String(priority));
    if (there) return there;
    Marker = NextMarker;
  } while (Marker);
  return undefined;
}

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Conditions as ELBv2 spells them. */
function spell(conditions: Conditions): RuleCondition[] {
  // `Values` beside `Field` takes one value only; several go into the field's own member.
  return conditions.map((condition) => ({
    Field: condition.field,
    PathPatternConfig:
      "values" in condition ? { Values: condition.values } : { RegexValues: condition.regexValues },
  }));
}
