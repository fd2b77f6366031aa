import type { LifecycleRule, ServerSideEncryptionRule } from "@aws-sdk/client-s3";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import type { BucketOwnershipControlsArgs } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import type { BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy.js";
import type { BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import type { BucketServerSideEncryptionConfigurationArgs } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import type { BucketVersioningArgs } from "@pulumi/aws/s3/bucketVersioning.js";
import { unlessGone } from "../aws-error.ts";
import { type Field, flag, json, list, number, object, set, text, type Values } from "../fields.ts";
import { kind, type KindSpec, patiently, type Plain, type Tools } from "../kind.ts";
import { asText } from "../values.ts";

/** What a bucket's setting is: one document under the bucket's name, put, got and deleted as a whole. */
interface Setting<A> {
  type: string;
  fields: { [K in keyof A]?: Field };
  required: readonly (keyof A & string)[];
  defaults?: Partial<{ [K in keyof A]: unknown }>;
  put: (tools: Tools, bucket: string, inputs: A) => Promise<unknown>;
  get: (tools: Tools, bucket: string) => Promise<Values | undefined>;
  drop: (tools: Tools, bucket: string) => Promise<unknown>;
  absent: readonly string[];
}

function setting<Args extends { bucket: unknown }>(of: Setting<Plain<Args>>) {
  const put = async (tools: Tools, bucket: string, inputs: Plain<Args>): Promise<void> => {
    // another setting of the same bucket may be on its way
    await patiently(
      tools,
      ["OperationAborted", "NoSuchBucket"],
      () => of.put(tools, bucket, inputs),
      tools.pollMs * 20,
    );
  };
  const spec: KindSpec<Plain<Args>> = {
    type: of.type,
    fields: of.fields,
    required: of.required,
    forceNew: ["bucket"] as unknown as readonly (keyof Plain<Args> & string)[],
    ...(of.defaults === undefined ? {} : { defaults: of.defaults }),
    gone: ["NoSuchBucket", ...of.absent],
    async create(tools, inputs) {
      const bucket = String((inputs as { bucket: unknown }).bucket);
      await put(tools, bucket, inputs);
      return bucket;
    },
    async read(tools, id) {
      const live = await unlessGone(of.get(tools, id), "NoSuchBucket", "NotFound", ...of.absent);
      return live && { bucket: id, ...live };
    },
    async update(tools, id, { inputs }) {
      await put(tools, id, inputs);
    },
    async remove(tools, id) {
      await of.drop(tools, id);
    },
  };
  return kind<Args>(spec);
}

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

type Encryption = Plain<BucketServerSideEncryptionConfigurationArgs>["rules"][number];

const toEncryption = (rule: Encryption): ServerSideEncryptionRule => ({
  BucketKeyEnabled: rule.bucketKeyEnabled,
  ApplyServerSideEncryptionByDefault: rule.applyServerSideEncryptionByDefault && {
    SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm as "AES256",
    KMSMasterKeyID: rule.applyServerSideEncryptionByDefault.kmsMasterKeyId,
  },
});

export const bucketEncryption = setting<BucketServerSideEncryptionConfigurationArgs>({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  fields: {
    bucket: text,
    rules: set(
      object({
        bucketKeyEnabled: flag,
        applyServerSideEncryptionByDefault: object({ sseAlgorithm: text, kmsMasterKeyId: text }, [
          "sseAlgorithm",
        ]),
      }),
    ),
  },
  required: ["bucket", "rules"],
  absent: ["ServerSideEncryptionConfigurationNotFoundError"],
  put: async (tools, Bucket, { rules }) =>
    (await tools.aws.s3()).putBucketEncryption({
      Bucket,
      ServerSideEncryptionConfiguration: { Rules: rules.map(toEncryption) },
    }),
  get: async (tools, Bucket) => {
    const answer = await (await tools.aws.s3()).getBucketEncryption({ Bucket });
    return {
      rules: answer.ServerSideEncryptionConfiguration?.Rules?.map((rule) => ({
        bucketKeyEnabled: rule.BucketKeyEnabled,
        applyServerSideEncryptionByDefault: rule.ApplyServerSideEncryptionByDefault && {
          sseAlgorithm: rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm,
          kmsMasterKeyId: rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID,
        },
      })),
    };
  },
  drop: async (tools, Bucket) => (await tools.aws.s3()).deleteBucketEncryption({ Bucket }),
});

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
