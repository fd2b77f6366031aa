import type { ServerSideEncryptionRule } from "@aws-sdk/client-s3";
import type { BucketServerSideEncryptionConfigurationArgs } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { flag, object, set, text } from "../fields.ts";
import type { Plain } from "../kind.ts";
import { setting } from "./bucket-setting.ts";

type Encryption = Plain<BucketServerSideEncryptionConfigurationArgs>["rules"][number];

const toEncryption = (rule: Encryption): ServerSideEncryptionRule => ({
  BucketKeyEnabled: rule.bucketKeyEnabled,
  ApplyServerSideEncryptionByDefault: rule.applyServerSideEncryptionByDefault && {
    SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm as "AES256",
    KMSMasterKeyID: rule.applyServerSideEncryptionByDefault.kmsMasterKeyId,
  },
});

/** How a bucket encrypts what it keeps, by the bucket's name. */
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
