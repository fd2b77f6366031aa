import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { flag, list, number, object, set, text } from "../fields.ts";
import type { Plain } from "../kind.ts";
import { setting } from "./bucket-setting.ts";

type Expiry = NonNullable<Plain<BucketLifecycleConfigurationArgs>["rules"]>[number];

const toLifecycle = (rule: Expiry): LifecycleRule => ({
  ID: rule.id,
  Status: rule.status as "Enabled",
  Filter: { Prefix: rule.filter?.prefix ?? rule.prefix ?? "" },
  Expiration: rule.expiration && {
    Days: rule.expiration.days,
    ExpiredObjectDeleteMarker: rule.expiration.expiredObjectDeleteMarker,
  },
  AbortIncompleteMultipartUpload: rule.abortIncompleteMultipartUpload && {
    DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
  },
  NoncurrentVersionExpiration: rule.noncurrentVersionExpiration && {
    NoncurrentDays: rule.noncurrentVersionExpiration.noncurrentDays,
    NewerNoncurrentVersions: rule.noncurrentVersionExpiration.newerNoncurrentVersions,
  },
  Transitions: rule.transitions?.map(({ days, storageClass }) => ({
    Days: days,
    StorageClass: storageClass as "GLACIER",
  })),
});

/** When a bucket lets go of what it keeps, by the bucket's name. */
export const bucketLifecycle = setting<BucketLifecycleConfigurationArgs>({
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  fields: {
    bucket: text,
    rules: list(
      object(
        {
          id: text,
          status: text,
          prefix: text,
          filter: object({ prefix: text }),
          expiration: object({ days: number, expiredObjectDeleteMarker: flag }),
          abortIncompleteMultipartUpload: object({ daysAfterInitiation: number }),
          noncurrentVersionExpiration: object({ noncurrentDays: number, newerNoncurrentVersions: number }),
          transitions: set(object({ days: number, storageClass: text }, ["storageClass"])),
        },
        ["id", "status"],
      ),
    ),
  },
  required: ["bucket", "rules"] as never,
  absent: ["NoSuchLifecycleConfiguration"],
  put: async (tools, Bucket, { rules }) =>
    (await tools.aws.s3()).putBucketLifecycleConfiguration({
      Bucket,
      LifecycleConfiguration: { Rules: (rules ?? []).map(toLifecycle) },
    }),
  get: async (tools, Bucket) => {
    const { Rules } = await (await tools.aws.s3()).getBucketLifecycleConfiguration({ Bucket });
    return {
      rules: Rules?.map((rule) => ({
        id: rule.ID,
        status: rule.Status,
        filter: rule.Filter?.Prefix === undefined ? undefined : { prefix: rule.Filter.Prefix },
        expiration: rule.Expiration && {
          days: rule.Expiration.Days,
          expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker,
        },
        abortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && {
          daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
        },
        noncurrentVersionExpiration: rule.NoncurrentVersionExpiration && {
          noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
          newerNoncurrentVersions: rule.NoncurrentVersionExpiration.NewerNoncurrentVersions,
        },
      })),
    };
  },
  drop: async (tools, Bucket) => (await tools.aws.s3()).deleteBucketLifecycle({ Bucket }),
});
