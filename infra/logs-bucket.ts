import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";
import { arnOf } from "./partition.ts";

/** The bucket of the balancer's logs, by its name. */
export interface LogsBucket {
  readonly bucket: pulumi.Output<string>;
  /** The balancer can write to it from then on. */
  readonly ready: pulumi.Resource;
}

/** Days the balancer's request logs are kept. */
const keptDays = 90;

/** The bucket of the balancer's logs, where anybody may reach the hub or depends on it; null elsewhere. `destroy` leaves it. */
export function makeLogsBucket(
  { access, production }: HubConfig,
  account: pulumi.Output<string>,
  region: string,
  opts: pulumi.ComponentResourceOptions,
): LogsBucket | null {
  if (!access.internetFacing && !production) return null;
  // The logs outlive the stack: who asks what happened asks afterwards. They expire in the bucket that stays.
  return makeBucket(account, region, { ...opts, retainOnDelete: true });
}

/** A private, encrypted, expiring bucket. */
function makeBucket(
  account: pulumi.Output<string>,
  region: string,
  opts: pulumi.ComponentResourceOptions,
): LogsBucket {
  const bucket = new Bucket("balancer-logs", {}, opts);
  new BucketPublicAccessBlock(
    "balancer-logs",
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  new BucketServerSideEncryptionConfiguration(
    "balancer-logs",
    {
      bucket: bucket.bucket,
      // The balancer writes with this kind of key only.
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
    opts,
  );
  new BucketLifecycleConfiguration(
    "balancer-logs",
    {
      bucket: bucket.bucket,
      rules: [{ id: "expire", status: "Enabled", filter: {}, expiration: { days: keptDays } }],
    },
    opts,
  );
  const ready = new BucketPolicy(
    "balancer-logs",
    {
      bucket: bucket.bucket,
      policy: pulumi
        .all([bucket.arn, account])
        .apply(([arn, id]) => JSON.stringify(logDelivery(arn, id, region))),
    },
    opts,
  );
  return { bucket: bucket.bucket, ready };
}

/** Load balancers of this account may write; nobody may use the bucket without TLS. */
function logDelivery(bucketArn: string, account: string, region: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: [`${bucketArn}/requests/AWSLogs/${account}/*`, `${bucketArn}/health/AWSLogs/${account}/*`],
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": arnOf("elasticloadbalancing", { region, account }, "loadbalancer/*") },
        },
      },
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
