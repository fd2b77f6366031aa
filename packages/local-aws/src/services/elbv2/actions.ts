import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Action as LocalAction, Condition } from "../../balancer/index.ts";
import { AwsError } from "../../error.ts";
import { type State, targetGroupOf } from "./state.ts";

/** Largest weight of a target group, and most target groups of one action (Elastic Load Balancing, forward actions). */
const largestWeight = 999;
const mostGroups = 5;
/** Most values over all conditions of one rule (quotas of Application Load Balancers). */
const mostValues = 5;

/** Actions as they are kept: groups named by the short form are spelled out as AWS shows them. Throws AwsError where AWS would. */
export function checkedActions(state: State, actions: readonly Action[] | undefined): Action[] {
  if (!actions || actions.length === 0)
    throw new AwsError("ValidationError", "At least one action must be specified");
  return actions.map((action) => {
    switch (action.Type) {
      case "forward":
        return checkedForward(state, action);
      case "fixed-response":
        if (!/^[245]\d\d$/.test(action.FixedResponseConfig?.StatusCode ?? ""))
          throw new AwsError(
            "ValidationError",
            `The fixed-response status code '${action.FixedResponseConfig?.StatusCode}' must be 2XX, 4XX or 5XX`,
          );
        return action;
      case "redirect":
        return action;
      default:
        throw new AwsError(
          "UnsupportedProtocol",
          `Actions of type ${action.Type} are not part of the local AWS.`,
        );
    }
  });
}

function checkedForward(state: State, action: Action): Action {
  const given = action.ForwardConfig?.TargetGroups;
  const groups = given ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }];
  if (groups.length === 0 || groups.length > mostGroups)
    throw new AwsError(
      "ValidationError",
      `A forward action takes 1 to ${mostGroups} target groups; it has ${groups.length}`,
    );
  const arns = groups.map(({ TargetGroupArn }) => targetGroupOf(state, TargetGroupArn).live.TargetGroupArn);
  if (new Set(arns).size < arns.length)
    throw new AwsError("ValidationError", "A target group can be specified only once in an action");
  const weights = groups.map(({ Weight }) => Weight ?? (groups.length === 1 ? 1 : 0));
  for (const weight of weights)
    if (!Number.isInteger(weight) || weight < 0 || weight > largestWeight)
      throw new AwsError(
        "ValidationError",
        `Weight '${weight}' must be a whole number from 0 to ${largestWeight}`,
      );
  if (groups.length > 1 && weights.every((weight) => weight === 0))
    throw new AwsError(
      "InvalidLoadBalancerAction",
      "You must specify at least one target group with a weight above 0",
    );
  return {
    Type: "forward",
    Order: action.Order,
    TargetGroupArn: groups.length === 1 ? arns[0] : undefined,
    ForwardConfig: {
      TargetGroups: arns.map((TargetGroupArn, index) => ({ TargetGroupArn, Weight: weights[index] })),
      TargetGroupStickinessConfig: {
        Enabled: action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled ?? false,
        DurationSeconds: action.ForwardConfig?.TargetGroupStickinessConfig?.DurationSeconds,
      },
    },
  };
}

/** What the balancer does for the last of the actions: the others only authenticate. */
export function localAction(actions: readonly Action[] | undefined): LocalAction {
  const action = actions?.at(-1);
  const fixed = action?.FixedResponseConfig;
  if (fixed)
    return {
      type: "fixed-response",
      status: Number(fixed.StatusCode),
      ...(fixed.ContentType ? { contentType: fixed.ContentType } : {}),
      ...(fixed.MessageBody ? { body: fixed.MessageBody } : {}),
    };
  const redirect = action?.RedirectConfig;
  if (redirect) {
    const { Protocol, Host, Port, Path, Query } = redirect;
    const parts = { protocol: Protocol, host: Host, port: Port, path: Path, query: Query };
    const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
    return { type: "redirect", status: redirect.StatusCode === "HTTP_301" ? 301 : 302, ...given };
  }
  return {
    type: "forward",
    groups: (action?.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => ({
      arn: TargetGroupArn as string,
      weight: Weight ?? 0,
    })),
  };
}

/** Conditions as they are kept: values stand both in the old and in the typed member, as DescribeRules shows them. */
export function checkedConditions(conditions: readonly RuleCondition[] | undefined): RuleCondition[] {
  const kept = (conditions ?? []).map(checkedCondition);
  const count = kept
    .map(localCondition)
    .flatMap(({ values, expressions = [] }) => [...values, ...expressions]).length;
  if (count > mostValues)
    throw new AwsError(
      "ValidationError",
      `A rule can only have '${mostValues}' condition values; it has ${count}`,
    );
  return kept;
}

function checkedCondition(condition: RuleCondition): RuleCondition {
  const { Field, Values } = condition;
  refuseExpressions(condition);
  if ((Field === "path-pattern" || Field === "host-header") && (Values?.length ?? 0) > 1)
    throw new AwsError(
      "ValidationError",
      `The '${Field}' field contains too many values in 'Values'; the limit is '1': several go into its typed member`,
    );
  if (Field === "path-pattern") {
    const expressions = condition.PathPatternConfig?.RegexValues;
    if (expressions !== undefined) return withExpressions(condition, expressions);
    const values = condition.PathPatternConfig?.Values ?? Values ?? [];
    return { Field, Values: values, PathPatternConfig: { Values: values } };
  }
  if (Field === "host-header") {
    const values = condition.HostHeaderConfig?.Values ?? Values ?? [];
    return { Field, Values: values, HostHeaderConfig: { Values: values } };
  }
  if (
    Field !== undefined &&
    ["http-header", "query-string", "http-request-method", "source-ip"].includes(Field)
  )
    return condition;
  throw new AwsError(
    "ValidationError",
    `Condition field '${Field}' must be one of '[path-pattern, host-header, http-header, query-string, http-request-method, source-ip]'`,
  );
}

/** Expressions are known for paths only, in their typed member. */
function refuseExpressions({ RegexValues, HostHeaderConfig, HttpHeaderConfig }: RuleCondition): void {
  if (RegexValues ?? HostHeaderConfig?.RegexValues ?? HttpHeaderConfig?.RegexValues)
    throw new AwsError(
      "ValidationError",
      "Regular expressions anywhere but in PathPatternConfig are not part of the local AWS.",
    );
}

/** Most characters of an expression (API reference, PathPatternConditionConfig). */
const longestExpression = 128;
/** What an ALB's expressions lack of JavaScript's (user guide, "Listener rules"), and what only the others have. */
const notInExpressions = /\\(?:[1-9]|k<|[pP]\{)|\(\?(?!:)|[*+?}]\+/;

function withExpressions(condition: RuleCondition, expressions: readonly string[]): RuleCondition {
  const { Field, Values, PathPatternConfig } = condition;
  if (PathPatternConfig?.Values !== undefined || Values !== undefined)
    throw new AwsError("ValidationError", "A condition takes either 'Values' or 'RegexValues', not both");
  if (expressions.length === 0) throw new AwsError("ValidationError", "A condition value must be specified");
  for (const expression of expressions) checkExpression(expression);
  return { Field, PathPatternConfig: { RegexValues: [...expressions] } };
}

function checkExpression(expression: string): void {
  const refuse = (why: string): never => {
    throw new AwsError("ValidationError", `The regular expression '${expression}' ${why}`);
  };
  if (expression === "" || expression.length > longestExpression)
    refuse(`must have 1 to ${longestExpression} characters; it has ${expression.length}`);
  if (notInExpressions.test(expression)) refuse("has a part that load balancers do not support");
  try {
    new RegExp(expression).test("");
  } catch (error) {
    refuse(`is not valid: ${(error as Error).message}`);
  }
}

/** A rule's condition as the balancer takes it. */
export function localCondition(condition: RuleCondition): Condition {
  switch (condition.Field) {
    case "http-header":
      return {
        field: "http-header",
        headerName: condition.HttpHeaderConfig?.HttpHeaderName ?? "",
        values: condition.HttpHeaderConfig?.Values ?? [],
      };
    case "query-string":
      return {
        field: "query-string",
        values: (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
          ...(Key === undefined ? {} : { key: Key }),
          value: Value ?? "",
        })),
      };
    case "http-request-method":
      return { field: "http-request-method", values: condition.HttpRequestMethodConfig?.Values ?? [] };
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig?.Values ?? [] };
    default:
      return {
        field: condition.Field as "path-pattern",
        values: condition.Values ?? [],
        expressions: condition.PathPatternConfig?.RegexValues ?? [],
      };
  }
}
