import type { BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy.js";
import { json, text } from "../fields.ts";
import { asText } from "../values.ts";
import { setting } from "./bucket-setting.ts";

/** The policy of a bucket, by the bucket's name. */
export const bucketPolicy = setting<BucketPolicyArgs>({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  fields: { bucket: text, policy: json },
  required: ["bucket", "policy"],
  absent: ["NoSuchBucketPolicy"],
  put: async (tools, Bucket, { policy }) =>
    (await tools.aws.s3()).putBucketPolicy({ Bucket, Policy: asText(policy) }),
  get: async (tools, Bucket) => ({
    policy: (await (await tools.aws.s3()).getBucketPolicy({ Bucket })).Policy,
  }),
  drop: async (tools, Bucket) => (await tools.aws.s3()).deleteBucketPolicy({ Bucket }),
});
