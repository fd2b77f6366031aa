import type { PutRuleCommandInput, PutTargetsCommandInput, Tag, Target } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../clock.ts";
import { AwsError } from "../../error.ts";
import { type Ids, account, arn, region } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import type { AlarmChange } from "../cloudwatch/index.ts";

interface Rule {
  readonly name: string;
  readonly arn: string;
  schedule: string | undefined;
  pattern: string | undefined;
  state: string;
  description: string | undefined;
  readonly targets: Map<string, Target>;
  timer: unknown;
}

/** EventBridge with its inside: alarms come in, and schedules can be run without waiting. */
export interface EventBridge extends Service {
  /** An alarm changed its state. */
  onAlarm(change: AlarmChange): void;
  /** Runs everything that is on a schedule now, once. */
  tick(): void;
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** EventBridge: schedules by rate, and events of CloudWatch alarms by pattern, on the default bus. */
export function eventBridge(
  ids: Ids,
  clock: Clock,
  speedup: number,
  deliver: (target: string, event: object) => void,
): EventBridge {
  const rules = new Map<string, Rule>();
  const tags = new Tags();
  const ruleOf = (name: string | undefined): Rule => {
    const found = rules.get(name ?? "");
    if (!found)
      throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
    return found;
  };
  const fire = (rule: Rule, event: object): void => {
    if (rule.state !== "DISABLED")
      for (const target of rule.targets.values()) deliver(target.Arn ?? "", event);
  };
  const envelope = (source: string, type: string, detail: object, resources: string[]) => ({
    version: "0",
    id: ids.uuid(),
    source,
    "detail-type": type,
    account,
    region,
    time: new Date(clock.now()).toISOString(),
    resources,
    detail,
  });
  const scheduled = (rule: Rule) => fire(rule, envelope("aws.events", "Scheduled Event", {}, [rule.arn]));
  const start = (rule: Rule): void => {
    if (rule.timer !== null) clock.clearTimeout(rule.timer);
    rule.timer = null;
    const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rule.schedule ?? "");
    if (!rate || rule.state === "DISABLED") return;
    const every = (Number(rate[1]) * (units[rate[2] ?? ""] ?? 0)) / speedup;
    rule.timer = clock.setTimeout(() => {
      scheduled(rule);
      start(rule);
    }, every);
  };
  return {
    signingName: "events",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-eventbridge"),
    onAlarm({ name, arn: alarmArn, state, before, reason, at }) {
      const detail = {
        alarmName: name,
        state: { value: state, reason, timestamp: new Date(at).toISOString() },
        previousState: { value: before },
      };
      const event = envelope("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarmArn]);
      for (const rule of rules.values())
        if (rule.pattern !== undefined && matches(JSON.parse(rule.pattern), event)) fire(rule, event);
    },
    tick() {
      for (const rule of rules.values()) if (rule.schedule !== undefined) scheduled(rule);
    },
    close() {
      for (const rule of rules.values()) if (rule.timer !== null) clock.clearTimeout(rule.timer);
    },
    handlers: {
      PutRule(input: PutRuleCommandInput) {
        const name = input.Name ?? "";
        if (
          input.ScheduleExpression !== undefined &&
          !/^rate\(\d+ (minute|hour|day)s?\)$/.test(input.ScheduleExpression)
        )
          throw new AwsError(
            "ValidationException",
            `Parameter ScheduleExpression is not valid here: ${input.ScheduleExpression}`,
          );
        const held: Rule = rules.get(name) ?? {
          name,
          arn: arn("events", `rule/${name}`),
          schedule: undefined,
          pattern: undefined,
          state: "ENABLED",
          description: undefined,
          targets: new Map(),
          timer: null,
        };
        held.schedule = input.ScheduleExpression;
        held.pattern = input.EventPattern;
        held.state = input.State ?? "ENABLED";
        held.description = input.Description;
        rules.set(name, held);
        if (input.Tags) tags.set(held.arn, input.Tags);
        start(held);
        return { RuleArn: held.arn };
      },
      DescribeRule(input: { Name?: string }) {
        const held = ruleOf(input.Name);
        return {
          Name: held.name,
          Arn: held.arn,
          ScheduleExpression: held.schedule,
          EventPattern: held.pattern,
          State: held.state,
          Description: held.description,
          EventBusName: "default",
          CreatedBy: account,
        };
      },
      DeleteRule(input: { Name?: string }) {
        const held = rules.get(input.Name ?? "");
        if (!held) return {};
        if (held.targets.size > 0)
          throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
        if (held.timer !== null) clock.clearTimeout(held.timer);
        rules.delete(held.name);
        return {};
      },
      PutTargets(input: PutTargetsCommandInput) {
        const held = ruleOf(input.Rule);
        for (const target of input.Targets ?? []) held.targets.set(target.Id ?? "", target);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
      ListTargetsByRule: (input: { Rule?: string }) => ({
        Targets: [...ruleOf(input.Rule).targets.values()],
      }),
      RemoveTargets(input: { Rule?: string; Ids?: string[] }) {
        for (const id of input.Ids ?? []) ruleOf(input.Rule).targets.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
      TagResource(input: { ResourceARN?: string; Tags?: Tag[] }) {
        tags.set(input.ResourceARN ?? "", input.Tags);
        return {};
      },
      UntagResource(input: { ResourceARN?: string; TagKeys?: string[] }) {
        tags.remove(input.ResourceARN ?? "", input.TagKeys);
        return {};
      },
      ListTagsForResource: (input: { ResourceARN?: string }) => ({
        Tags: tags.list(input.ResourceARN ?? ""),
      }),
    },
  };
}

/** Event patterns with lists of values and `prefix`. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern))
    return pattern.some((wanted: unknown) =>
      typeof wanted === "object" && wanted !== null && "prefix" in wanted
        ? [event].flat().some((each) => String(each).startsWith(String(wanted.prefix)))
        : [event].flat().includes(wanted),
    );
  if (typeof pattern !== "object" || pattern === null) return false;
  return Object.entries(pattern).every(([key, inner]) =>
    matches(inner, (event as Record<string, unknown> | undefined)?.[key]),
  );
}
