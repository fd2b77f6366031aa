import type { BucketOwnershipControlsArgs } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { object, text } from "../fields.ts";
import { setting } from "./bucket-setting.ts";

/** To whom objects of a bucket belong that others write, by the bucket's name. */
export const bucketOwnershipControls = setting<BucketOwnershipControlsArgs>({
  type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  fields: { bucket: text, rule: object({ objectOwnership: text }, ["objectOwnership"]) },
  required: ["bucket", "rule"],
  absent: ["OwnershipControlsNotFoundError"],
  put: async (tools, Bucket, { rule }) =>
    (await tools.aws.s3()).putBucketOwnershipControls({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: rule.objectOwnership as "BucketOwnerEnforced" }] },
    }),
  get: async (tools, Bucket) => {
    const { OwnershipControls } = await (await tools.aws.s3()).getBucketOwnershipControls({ Bucket });
    return { rule: { objectOwnership: OwnershipControls?.Rules?.[0]?.ObjectOwnership } };
  },
  drop: async (tools, Bucket) => (await tools.aws.s3()).deleteBucketOwnershipControls({ Bucket }),
});
