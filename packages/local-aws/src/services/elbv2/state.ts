import type { LoadBalancer, Listener, Rule, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Balancer } from "../../balancer/index.ts";
import { AwsError } from "../../error.ts";
import type { Ids } from "../../names.ts";
import type { Tags } from "../../tags.ts";

interface HeldLoadBalancer {
  readonly live: LoadBalancer & { LoadBalancerArn: string; LoadBalancerName: string };
  readonly attributes: Map<string, string>;
}

/** A target group as DescribeTargetGroups shows it, with its attributes by key. */
export interface HeldTargetGroup {
  readonly live: TargetGroup & { TargetGroupArn: string; TargetGroupName: string };
  readonly attributes: Map<string, string>;
}

/** A listener as DescribeListeners shows it, with its attributes by key. */
export interface HeldListener {
  readonly live: Listener & { ListenerArn: string; LoadBalancerArn: string; Port: number };
  readonly attributes: Map<string, string>;
  /** In any order; the default action is not among them. */
  readonly rules: Map<string, HeldRule>;
  /** Port of this machine that it is open at. */
  openAt: number;
  /** ARN that the default rule goes by. */
  readonly defaultRuleArn: string;
}

/** A rule as DescribeRules shows it, with its priority as a number. */
export interface HeldRule {
  live: Rule & { RuleArn: string };
  priority: number;
}

/** Everything Elastic Load Balancing holds, and the balancer that carries the traffic. */
export interface State {
  readonly balancer: Balancer;
  /** Most items of one page of a list. */
  readonly pageSize: number;
  readonly ids: Ids;
  readonly tags: Tags;
  readonly loadBalancers: Map<string, HeldLoadBalancer>;
  readonly targetGroups: Map<string, HeldTargetGroup>;
  readonly listeners: Map<string, HeldListener>;
}

function mustFind<T>(held: ReadonlyMap<string, T>, arn: string | undefined, code: string, what: string): T {
  const found = arn === undefined ? undefined : held.get(arn);
  if (found === undefined) throw new AwsError(code, `${what} '${arn ?? ""}' not found`);
  return found;
}

/** The load balancer of an ARN; throws LoadBalancerNotFound. */
export const loadBalancerOf = (state: State, arn: string | undefined) =>
  mustFind(state.loadBalancers, arn, "LoadBalancerNotFound", "Load balancer");
/** The target group of an ARN; throws TargetGroupNotFound. */
export const targetGroupOf = (state: State, arn: string | undefined) =>
  mustFind(state.targetGroups, arn, "TargetGroupNotFound", "Target group");
/** The listener of an ARN; throws ListenerNotFound. */
export const listenerOf = (state: State, arn: string | undefined) =>
  mustFind(state.listeners, arn, "ListenerNotFound", "Listener");

/** The rule of an ARN and the listener it belongs to; throws RuleNotFound. */
export function ruleOf(state: State, arn: string | undefined): { listener: HeldListener; rule: HeldRule } {
  for (const listener of state.listeners.values()) {
    const rule = listener.rules.get(arn ?? "");
    if (rule) return { listener, rule };
  }
  throw new AwsError("RuleNotFound", `One or more rules not found: '${arn ?? ""}'`);
}

/** Those of a kind that are asked for by ARN or by name, all without either. An unknown ARN or name is an error, as on AWS. */
export function selected<T>(
  held: ReadonlyMap<string, T>,
  ask: { arns?: readonly string[] | undefined; names?: readonly string[] | undefined },
  nameOf: (one: T) => string,
  code: string,
  what: string,
): T[] {
  if (ask.arns) return ask.arns.map((arn) => mustFind(held, arn, code, what));
  const all = [...held.values()];
  if (!ask.names) return all;
  return ask.names.map((name) => {
    const found = all.find((one) => nameOf(one) === name);
    if (found === undefined) throw new AwsError(code, `${what} '${name}' not found`);
    return found;
  });
}

/** Attributes as the API lists them. */
export const listed = (attributes: ReadonlyMap<string, string>) =>
  [...attributes].map(([Key, Value]) => ({ Key, Value }));

/** Sets attributes; a key that the kind of thing does not have is an error. */
export function change(
  attributes: Map<string, string>,
  given: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): void {
  for (const { Key = "", Value = "" } of given ?? []) {
    if (!attributes.has(Key))
      throw new AwsError("InvalidConfigurationRequest", `The attribute '${Key}' is not recognized`);
    attributes.set(Key, Value);
  }
}
