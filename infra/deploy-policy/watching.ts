import type { Deployed } from "../deploy-limits.ts";
import { globalArnOf } from "../partition.ts";
import { type Statement, allow } from "../policy-document.ts";
import { arns, tags } from "./names.ts";

/** Calls of logs, metrics, alarms, the dashboard and topics. */
export function watching(of: Deployed): Statement[] {
  const { project, stack } = of;
  const groups = [`/${project}/${stack}/*`, `/aws/lambda/${project}-${stack}-guardian`];
  return [
    allow(
      [
        "cloudwatch:Describe*",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListTagsForResource",
        "logs:DescribeLogGroups",
      ],
      "*",
    ),
    allow(
      ["PutMetricAlarm", "DeleteAlarms", "TagResource", "UntagResource"].map((name) => `cloudwatch:${name}`),
      arns(of, "cloudwatch", `alarm:${project}-${stack}-*`),
    ),
    allow(
      ["cloudwatch:GetDashboard", "cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
      [globalArnOf("cloudwatch", of, `dashboard/${project}-${stack}`)],
    ),
    allow(
      [
        "CreateLogGroup",
        "DeleteLogGroup",
        "PutRetentionPolicy",
        "DeleteRetentionPolicy",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
      ].map((name) => `logs:${name}`),
      arns(of, "logs", ...groups.flatMap((group) => [`log-group:${group}`, `log-group:${group}:*`])),
    ),
    allow(
      [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
        ...tags("sns"),
      ],
      arns(of, "sns", "on-call-*", "team-*"),
    ),
    allow(["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"], "*"),
  ];
}
