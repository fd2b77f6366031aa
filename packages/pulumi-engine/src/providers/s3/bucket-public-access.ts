import type { BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { flag, text } from "../fields.ts";
import { setting } from "./bucket-setting.ts";

/** What keeps a bucket from being made public, by the bucket's name; what is left out is off. */
export const bucketPublicAccessBlock = setting<BucketPublicAccessBlockArgs>({
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  fields: {
    bucket: text,
    blockPublicAcls: flag,
    blockPublicPolicy: flag,
    ignorePublicAcls: flag,
    restrictPublicBuckets: flag,
    skipDestroy: flag,
  },
  required: ["bucket"],
  absent: ["NoSuchPublicAccessBlockConfiguration"],
  put: async (tools, Bucket, inputs) =>
    (await tools.aws.s3()).putPublicAccessBlock({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: inputs.blockPublicAcls ?? false,
        BlockPublicPolicy: inputs.blockPublicPolicy ?? false,
        IgnorePublicAcls: inputs.ignorePublicAcls ?? false,
        RestrictPublicBuckets: inputs.restrictPublicBuckets ?? false,
      },
    }),
  get: async (tools, Bucket) => {
    const { PublicAccessBlockConfiguration: live } = await (
      await tools.aws.s3()
    ).getPublicAccessBlock({ Bucket });
    return {
      blockPublicAcls: live?.BlockPublicAcls ?? false,
      blockPublicPolicy: live?.BlockPublicPolicy ?? false,
      ignorePublicAcls: live?.IgnorePublicAcls ?? false,
      restrictPublicBuckets: live?.RestrictPublicBuckets ?? false,
    };
  },
  drop: async (tools, Bucket) => (await tools.aws.s3()).deletePublicAccessBlock({ Bucket }),
});
