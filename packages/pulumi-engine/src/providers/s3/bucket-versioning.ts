import type { BucketVersioningArgs } from "@pulumi/aws/s3/bucketVersioning.js";
import { object, text } from "../fields.ts";
import { setting } from "./bucket-setting.ts";

/** Whether a bucket keeps versions, by the bucket's name. Removing it suspends them: versions cannot be forgotten. */
export const bucketVersioning = setting<BucketVersioningArgs>({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  fields: { bucket: text, versioningConfiguration: object({ status: text }, ["status"]) },
  required: ["bucket", "versioningConfiguration"],
  absent: [],
  put: async (tools, Bucket, { versioningConfiguration }) =>
    (await tools.aws.s3()).putBucketVersioning({
      Bucket,
      VersioningConfiguration: { Status: versioningConfiguration.status as "Enabled" },
    }),
  get: async (tools, Bucket) => {
    const { Status } = await (await tools.aws.s3()).getBucketVersioning({ Bucket });
    return { versioningConfiguration: { status: Status ?? "Disabled" } };
  },
  // versions cannot be forgotten, only no longer made
  drop: async (tools, Bucket) =>
    (await tools.aws.s3()).putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
});
