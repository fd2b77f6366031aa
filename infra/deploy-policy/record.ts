import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";
import { tags } from "./names.ts";

/** Calls of the record's table. */
export function record({ table }: Deployed): Statement[] {
  return [
    allow(
      [
        "dynamodb:CreateTable",
        "dynamodb:DescribeTable",
        "dynamodb:UpdateTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
        "dynamodb:GetItem",
        ...tags("dynamodb"),
      ],
      [table],
    ),
  ];
}
