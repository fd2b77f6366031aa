import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ListenerRuleArgs } from "@pulumi/aws/lb/listenerRule.js";
import { flag, list, number, object, set, text, type Values } from "../fields.ts";
import type { Plain } from "../kind.ts";

type PulumiAction = Plain<ListenerRuleArgs>["actions"][number];
type PulumiCondition = Plain<ListenerRuleArgs>["conditions"][number];

const targetGroups = set(object({ arn: text, weight: number }, ["arn"]));

/** An action of a rule or a listener: shape of `aws.lb.ListenerRule`'s `actions` and `aws.lb.Listener`'s `defaultActions`. */
export const actionField = object(
  {
    type: text,
    order: number,
    targetGroupArn: text,
    forward: object({ targetGroups, stickiness: object({ duration: number, enabled: flag }, ["duration"]) }, [
      "targetGroups",
    ]),
    fixedResponse: object({ contentType: text, messageBody: text, statusCode: text }, ["contentType"]),
    redirect: object({ host: text, path: text, port: text, protocol: text, query: text, statusCode: text }, [
      "statusCode",
    ]),
  },
  ["type"],
);

const values = object({ values: set(text), regexValues: set(text) });

/** A condition of a rule: shape of `aws.lb.ListenerRule`'s `conditions`. */
export const conditionField = object({
  hostHeader: values,
  pathPattern: values,
  httpHeader: object({ httpHeaderName: text, values: set(text), regexValues: set(text) }, ["httpHeaderName"]),
  httpRequestMethod: object({ values: set(text) }, ["values"]),
  queryStrings: list(object({ key: text, value: text }, ["value"])),
  sourceIp: object({ values: set(text) }, ["values"]),
});

/** Pulumi's actions as ELBv2 takes them. A weight that is 0 stays 0. */
export function toActions(actions: readonly PulumiAction[]): Action[] {
  return actions.map((action, index) => ({
    Type: action.type as "forward",
    Order: action.order ?? (actions.length > 1 ? index + 1 : undefined),
    TargetGroupArn: action.targetGroupArn,
    ForwardConfig: action.forward && {
      TargetGroups: action.forward.targetGroups.map(({ arn, weight }) => ({
        TargetGroupArn: arn,
        Weight: weight ?? 1,
      })),
      TargetGroupStickinessConfig: action.forward.stickiness && {
        Enabled: action.forward.stickiness.enabled ?? false,
        DurationSeconds: action.forward.stickiness.duration,
      },
    },
    FixedResponseConfig: action.fixedResponse && {
      ContentType: action.fixedResponse.contentType,
      MessageBody: action.fixedResponse.messageBody,
      StatusCode: action.fixedResponse.statusCode ?? "200",
    },
    RedirectConfig: action.redirect && {
      Host: action.redirect.host ?? "#{host}",
      Path: action.redirect.path ?? "/#{path}",
      Port: action.redirect.port ?? "#{port}",
      Protocol: action.redirect.protocol ?? "#{protocol}",
      Query: action.redirect.query ?? "#{query}",
      StatusCode: action.redirect.statusCode as "HTTP_301",
    },
  }));
}

/** Pulumi's actions from those of ELBv2, in their order; a target group without a weight has 1. */
export function fromActions(actions: readonly Action[] | undefined): Values[] {
  return (actions ?? []).map((action) => ({
    type: action.Type,
    order: action.Order,
    targetGroupArn: action.TargetGroupArn,
    forward: action.ForwardConfig && {
      targetGroups: (action.ForwardConfig.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => ({
        arn: TargetGroupArn,
        weight: Weight ?? 1,
      })),
      stickiness: {
        enabled: action.ForwardConfig.TargetGroupStickinessConfig?.Enabled ?? false,
        duration: action.ForwardConfig.TargetGroupStickinessConfig?.DurationSeconds,
      },
    },
    fixedResponse: action.FixedResponseConfig && {
      contentType: action.FixedResponseConfig.ContentType,
      messageBody: action.FixedResponseConfig.MessageBody,
      statusCode: action.FixedResponseConfig.StatusCode,
    },
    redirect: action.RedirectConfig && {
      host: action.RedirectConfig.Host,
      path: action.RedirectConfig.Path,
      port: action.RedirectConfig.Port,
      protocol: action.RedirectConfig.Protocol,
      query: action.RedirectConfig.Query,
      statusCode: action.RedirectConfig.StatusCode,
    },
  }));
}

const configured = (field: string, key: string, config: object | undefined): RuleCondition[] =>
  config === undefined ? [] : [{ Field: field, [key]: config }];

const upper = (part: { values?: string[]; regexValues?: string[] } | undefined) =>
  part && { Values: part.values, RegexValues: part.regexValues };

/**
 * Pulumi's conditions as ELBv2 takes them: one of Pulumi's may hold several kinds; ELBv2 takes one kind in each, all of which
 * must hold.
 */
export function toConditions(conditions: readonly PulumiCondition[]): RuleCondition[] {
  return conditions.flatMap((condition) => [
    ...configured("host-header", "HostHeaderConfig", upper(condition.hostHeader)),
    ...configured("path-pattern", "PathPatternConfig", upper(condition.pathPattern)),
    ...configured(
      "http-header",
      "HttpHeaderConfig",
      condition.httpHeader && {
        HttpHeaderName: condition.httpHeader.httpHeaderName,
        ...upper(condition.httpHeader),
      },
    ),
    ...configured("http-request-method", "HttpRequestMethodConfig", upper(condition.httpRequestMethod)),
    ...configured(
      "query-string",
      "QueryStringConfig",
      condition.queryStrings && {
        Values: condition.queryStrings.map(({ key, value }) => ({ Key: key, Value: value })),
      },
    ),
    ...configured("source-ip", "SourceIpConfig", upper(condition.sourceIp)),
  ]);
}

/** Pulumi's conditions from those of ELBv2. Throws on a field that is not known here. */
export function fromConditions(conditions: readonly RuleCondition[] | undefined): Values[] {
  return (conditions ?? []).map((condition) => {
    switch (condition.Field) {
      case "host-header":
        return { hostHeader: lower(condition.HostHeaderConfig ?? condition) };
      case "path-pattern":
        return { pathPattern: lower(condition.PathPatternConfig ?? condition) };
      case "http-header":
        return {
          httpHeader: {
            httpHeaderName: condition.HttpHeaderConfig?.HttpHeaderName,
            ...lower(condition.HttpHeaderConfig),
          },
        };
      case "http-request-method":
        return { httpRequestMethod: lower(condition.HttpRequestMethodConfig) };
      case "source-ip":
        return { sourceIp: lower(condition.SourceIpConfig) };
      case "query-string":
        return {
          queryStrings: (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
            key: Key,
            value: Value,
          })),
        };
      default:
        throw new Error(`A listener rule has a condition on ${condition.Field}, which is not known here.`);
    }
  });
}

function lower(part: { Values?: string[] | undefined; RegexValues?: string[] | undefined } | undefined) {
  const regexValues = part?.RegexValues?.length ? part.RegexValues : undefined;
  return { values: part?.Values?.length ? part.Values : undefined, regexValues };
}
