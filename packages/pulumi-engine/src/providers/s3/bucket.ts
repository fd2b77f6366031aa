import type { BucketArgs } from "@pulumi/aws/s3/bucket.js";
import { isCode, unlessGone } from "../aws-error.ts";
import { flag, map, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { arnIn, partitionOf } from "../partition.ts";
import { tagList, tagMap } from "../tags.ts";

async function emptied(tools: Tools, Bucket: string): Promise<void> {
  const s3 = await tools.aws.s3();
  for (;;) {
    const page = await s3.listObjectVersions({ Bucket });
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (all.length === 0) return;
    await s3.deleteObjects({
      Bucket,
      Delete: { Objects: all.map(({ Key, VersionId }) => ({ Key, VersionId })), Quiet: true },
    });
  }
}

/** A bucket, by its name. One that holds objects is not deleted, unless `forceDestroy` empties it first, versions too. */
export const bucket = kind<BucketArgs>({
  type: "aws:s3/bucket:Bucket",
  fields: { bucket: text, bucketPrefix: text, forceDestroy: flag, objectLockEnabled: flag, tags: map },
  forceNew: ["bucket", "bucketPrefix", "objectLockEnabled"],
  defaults: { forceDestroy: false },
  naming: { property: "bucket", prefix: "bucketPrefix", max: 63, lower: true },
  gone: ["NoSuchBucket", "NotFound"],
  async create(tools, inputs) {
    const s3 = await tools.aws.s3();
    await patiently(tools, ["OperationAborted"], () =>
      s3.createBucket({
        Bucket: inputs.bucket,
        ObjectLockEnabledForBucket: inputs.objectLockEnabled,
        // us-east-1 is the one region that must not be named
        CreateBucketConfiguration:
          tools.region === "us-east-1" ? undefined : { LocationConstraint: tools.region as "eu-west-1" },
      }),
    );
    return inputs.bucket ?? "";
  },
  async configure(tools, id, { tags }) {
    if (tags === undefined || Object.keys(tags).length === 0) return;
    await (await tools.aws.s3()).putBucketTagging({ Bucket: id, Tagging: { TagSet: tagList(tags) } });
  },
  async read(tools, id) {
    const s3 = await tools.aws.s3();
    const head = await unlessGone(s3.headBucket({ Bucket: id }), "NoSuchBucket", "NotFound");
    if (head === undefined) return undefined;
    const tagging = await unlessGone(s3.getBucketTagging({ Bucket: id }), "NoSuchTagSet");
    const suffix = partitionOf(tools.region).dnsSuffix;
    return {
      arn: arnIn(tools.region, "s3", {}, id),
      bucket: id,
      bucketDomainName: `${id}.s3.${suffix}`,
      bucketRegion: head.BucketRegion ?? tools.region,
      bucketRegionalDomainName: `${id}.s3.${tools.region}.${suffix}`,
      tags: tagMap(tagging?.TagSet),
    };
  },
  update: async () => {},
  async retag(tools, state, set, removed) {
    const s3 = await tools.aws.s3();
    const Bucket = String(state.bucket);
    const before = await unlessGone(s3.getBucketTagging({ Bucket }), "NoSuchTagSet");
    const kept = Object.entries(tagMap(before?.TagSet)).filter(([key]) => !removed.includes(key));
    const all = { ...Object.fromEntries(kept), ...set };
    if (Object.keys(all).length === 0) await s3.deleteBucketTagging({ Bucket });
    else await s3.putBucketTagging({ Bucket, Tagging: { TagSet: tagList(all) } });
  },
  async remove(tools, id, state) {
    const s3 = await tools.aws.s3();
    try {
      await s3.deleteBucket({ Bucket: id });
    } catch (error) {
      if (!isCode(error, "BucketNotEmpty") || state.forceDestroy !== true) throw error;
      await emptied(tools, id);
      await s3.deleteBucket({ Bucket: id });
    }
  },
});
