import type { CompositeAlarmArgs } from "@pulumi/aws/cloudwatch/compositeAlarm.js";
import { flag, map, number, object, set, text } from "../fields.ts";
import { kind, type Plain } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import { liveTags, retag, someOf } from "./shared.ts";

const request = (inputs: Plain<CompositeAlarmArgs>) => ({
  AlarmName: inputs.alarmName,
  AlarmRule: inputs.alarmRule,
  AlarmDescription: inputs.alarmDescription,
  ActionsEnabled: inputs.actionsEnabled,
  AlarmActions: inputs.alarmActions,
  OKActions: inputs.okActions,
  InsufficientDataActions: inputs.insufficientDataActions,
  ActionsSuppressor: inputs.actionsSuppressor?.alarm,
  ActionsSuppressorWaitPeriod: inputs.actionsSuppressor?.waitPeriod,
  ActionsSuppressorExtensionPeriod: inputs.actionsSuppressor?.extensionPeriod,
});

/** An alarm over other alarms, by its name. A replacement deletes first: the name is the program's own. */
export const compositeAlarm = kind<CompositeAlarmArgs>({
  type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  fields: {
    alarmName: text,
    alarmRule: text,
    alarmDescription: text,
    actionsEnabled: flag,
    alarmActions: set(text),
    okActions: set(text),
    insufficientDataActions: set(text),
    actionsSuppressor: object({ alarm: text, waitPeriod: number, extensionPeriod: number }, [
      "alarm",
      "waitPeriod",
      "extensionPeriod",
    ]),
    tags: map,
  },
  required: ["alarmName", "alarmRule"],
  forceNew: ["alarmName", "actionsEnabled"],
  defaults: { actionsEnabled: true },
  deleteBeforeReplace: true,
  gone: ["ResourceNotFound"],
  async create(tools, inputs) {
    const cloudwatch = await tools.aws.cloudwatch();
    await cloudwatch.putCompositeAlarm({ ...request(inputs), Tags: tagListOrNone(inputs.tags) });
    return inputs.alarmName;
  },
  async read(tools, id) {
    const cloudwatch = await tools.aws.cloudwatch();
    const answer = await cloudwatch.describeAlarms({ AlarmNames: [id], AlarmTypes: ["CompositeAlarm"] });
    const live = answer.CompositeAlarms?.[0];
    if (live === undefined) return undefined;
    return {
      arn: live.AlarmArn,
      alarmName: live.AlarmName,
      alarmRule: live.AlarmRule,
      alarmDescription: live.AlarmDescription,
      actionsEnabled: live.ActionsEnabled,
      alarmActions: someOf(live.AlarmActions),
      okActions: someOf(live.OKActions),
      insufficientDataActions: someOf(live.InsufficientDataActions),
      actionsSuppressor:
        live.ActionsSuppressor === undefined
          ? undefined
          : {
              alarm: live.ActionsSuppressor,
              waitPeriod: live.ActionsSuppressorWaitPeriod,
              extensionPeriod: live.ActionsSuppressorExtensionPeriod,
            },
      tags: await liveTags(tools, live.AlarmArn),
    };
  },
  async update(tools, _id, { inputs }) {
    await (await tools.aws.cloudwatch()).putCompositeAlarm(request(inputs));
  },
  retag,
  async remove(tools, id) {
    await (await tools.aws.cloudwatch()).deleteAlarms({ AlarmNames: [id] });
  },
});
