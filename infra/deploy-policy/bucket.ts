import type { Deployed } from "../deploy-limits.ts";
import { globalArnOf } from "../partition.ts";
import { type Statement, allow } from "../policy-document.ts";

/** The balancer's logs. Nobody who deploys reads or deletes them, and their bucket outlives the stack. */
export function bucket({ region }: Deployed): Statement[] {
  const settings = [
    "EncryptionConfiguration",
    "LifecycleConfiguration",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketTagging",
  ];
  return [
    allow(
      [
        "s3:CreateBucket",
        "s3:ListBucket",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetReplicationConfiguration",
        ...settings.slice(0, 2).map((name) => `s3:Get${name}`),
        ...settings.map((name) => `s3:Put${name}`),
      ],
      [globalArnOf("s3", { region, account: "" }, "balancer-logs-*")],
    ),
  ];
}
