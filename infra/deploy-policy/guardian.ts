import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";
import { tags, arns } from "./names.ts";

/** Calls that make the guardian: its function and its schedule. */
export function guardian(of: Deployed): Statement[] {
  return [
    allow(
      [
        "lambda:Get*",
        "lambda:List*",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        // For a stack whose guardian had concurrency reserved.
        "lambda:DeleteFunctionConcurrency",
        "lambda:AddPermission",
        "lambda:RemovePermission",
        ...tags("lambda"),
      ],
      arns(of, "lambda", `function:${of.project}-${of.stack}-guardian`),
    ),
    allow(
      [
        "events:DescribeRule",
        "events:PutRule",
        "events:DeleteRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:ListTargetsByRule",
        "events:ListTagsForResource",
        ...tags("events"),
      ],
      arns(of, "events", "rule/guardian-*"),
    ),
  ];
}
