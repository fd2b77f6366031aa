import type {
  CreateSecretCommandInput,
  GetSecretValueCommandInput,
  PutSecretValueCommandInput,
  Tag,
  UpdateSecretCommandInput,
  UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { AwsError } from "../../error.ts";
import { type Ids, arn, letters } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";

interface Version {
  readonly id: string;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly created: Date;
  readonly stages: Set<string>;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  description: string | undefined;
  kmsKey: string | undefined;
  policy: string | undefined;
  readonly created: Date;
  deleted: Date | null;
  readonly versions: Map<string, Version>;
}

export interface SecretsManager extends Service {
  /** Current value by name or ARN, with the `:key::` ending that ECS allows. Throws when there is none. */
  value(ref: string): string;
}

/** Secrets Manager. Values stay in memory and are never logged. */
export function secretsManager(ids: Ids): SecretsManager {
  const secrets = new Map<string, Secret>();
  const tags = new Tags();
  const find = (ref: string | undefined) =>
    secrets.get(ref ?? "") ??
    [...secrets.values()].find((one) => one.arn === ref || one.arn.slice(0, -7) === ref);
  const secretOf = (ref: string | undefined, evenDeleted = false): Secret => {
    const found = find(ref);
    if (!found)
      throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    if (found.deleted !== null && !evenDeleted)
      throw new AwsError(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    return found;
  };
  const put = (
    secret: Secret,
    text: string | undefined,
    bytes: Uint8Array | undefined,
    now: number,
    wanted?: string[],
    id?: string,
  ) => {
    const stages = wanted ?? ["AWSCURRENT"];
    if (stages.includes("AWSCURRENT")) {
      const before = [...secret.versions.values()].find((one) => one.stages.has("AWSCURRENT"));
      for (const one of secret.versions.values()) one.stages.delete("AWSPREVIOUS");
      before?.stages.add("AWSPREVIOUS");
    }
    for (const one of secret.versions.values()) for (const stage of stages) one.stages.delete(stage);
    const version: Version = {
      id: id ?? ids.uuid(),
      text,
      bytes,
      created: new Date(now),
      stages: new Set(stages),
    };
    secret.versions.set(version.id, version);
    return version;
  };
  const versionOf = (secret: Secret, id: string | undefined, stage: string | undefined): Version => {
    const found = [...secret.versions.values()].find(
      (one) =>
        (id === undefined || one.id === id) &&
        ((id !== undefined && stage === undefined) || one.stages.has(stage ?? "AWSCURRENT")),
    );
    if (!found)
      throw new AwsError(
        "ResourceNotFoundException",
        `Secrets Manager can't find the specified secret value for staging label: ${stage ?? id ?? "AWSCURRENT"}`,
      );
    return found;
  };
  const stagesOf = (secret: Secret) =>
    Object.fromEntries(
      [...secret.versions.values()]
        .filter(({ stages }) => stages.size > 0)
        .map((one) => [one.id, [...one.stages]]),
    );
  return {
    signingName: "secretsmanager",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-secrets-manager"),
    value(ref) {
      const [, base = ref, key = ""] =
        /^(arn:aws:secretsmanager:[^:]+:[^:]+:secret:[^:]+)(?::([^:]*))?/.exec(ref) ?? [];
      const { text } = versionOf(secretOf(base), undefined, undefined);
      if (text === undefined) throw new Error(`the secret ${base} has no text value`);
      return key === "" ? text : ((JSON.parse(text) as Record<string, string>)[key] ?? "");
    },
    handlers: {
      CreateSecret(input: CreateSecretCommandInput, call: Call) {
        const name = input.Name ?? "";
        if (secrets.has(name))
          throw new AwsError(
            "ResourceExistsException",
            `The operation failed because the secret ${name} already exists.`,
          );
        const secret: Secret = {
          arn: arn("secretsmanager", `secret:${name}-${ids.of(letters, 6)}`),
          name,
          description: input.Description,
          kmsKey: input.KmsKeyId,
          policy: undefined,
          created: new Date(call.now),
          deleted: null,
          versions: new Map(),
        };
        secrets.set(name, secret);
        tags.set(secret.arn, input.Tags);
        const has = input.SecretString !== undefined || input.SecretBinary !== undefined;
        const version = has ? put(secret, input.SecretString, input.SecretBinary, call.now) : undefined;
        return { ARN: secret.arn, Name: name, VersionId: version?.id };
      },
      DescribeSecret(input: { SecretId?: string }) {
        const secret = secretOf(input.SecretId, true);
        return {
          ARN: secret.arn,
          Name: secret.name,
          Description: secret.description,
          KmsKeyId: secret.kmsKey,
          CreatedDate: secret.created,
          LastChangedDate: [...secret.versions.values()].at(-1)?.created ?? secret.created,
          DeletedDate: secret.deleted ?? undefined,
          Tags: tags.list(secret.arn),
          VersionIdsToStages: stagesOf(secret),
        };
      },
      GetSecretValue(input: GetSecretValueCommandInput) {
        const secret = secretOf(input.SecretId);
        const version = versionOf(secret, input.VersionId, input.VersionStage);
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          SecretString: version.text,
          SecretBinary: version.bytes,
          VersionStages: [...version.stages],
          CreatedDate: version.created,
        };
      },
      PutSecretValue(input: PutSecretValueCommandInput, call: Call) {
        const secret = secretOf(input.SecretId);
        const known =
          input.ClientRequestToken === undefined ? undefined : secret.versions.get(input.ClientRequestToken);
        const version =
          known ??
          put(
            secret,
            input.SecretString,
            input.SecretBinary,
            call.now,
            input.VersionStages,
            input.ClientRequestToken,
          );
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          VersionStages: [...version.stages],
        };
      },
      UpdateSecret(input: UpdateSecretCommandInput, call: Call) {
        const secret = secretOf(input.SecretId);
        if (input.Description !== undefined) secret.description = input.Description;
        if (input.KmsKeyId !== undefined) secret.kmsKey = input.KmsKeyId;
        const has = input.SecretString !== undefined || input.SecretBinary !== undefined;
        const version = has ? put(secret, input.SecretString, input.SecretBinary, call.now) : undefined;
        return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
      },
      UpdateSecretVersionStage(input: UpdateSecretVersionStageCommandInput) {
        const secret = secretOf(input.SecretId);
        const stage = input.VersionStage ?? "";
        if (input.RemoveFromVersionId) secret.versions.get(input.RemoveFromVersionId)?.stages.delete(stage);
        if (input.MoveToVersionId) {
          for (const version of secret.versions.values()) version.stages.delete(stage);
          secret.versions.get(input.MoveToVersionId)?.stages.add(stage);
        }
        return { ARN: secret.arn, Name: secret.name };
      },
      DeleteSecret(
        input: { SecretId?: string; ForceDeleteWithoutRecovery?: boolean; RecoveryWindowInDays?: number },
        call: Call,
      ) {
        const secret = secretOf(input.SecretId, true);
        if (input.ForceDeleteWithoutRecovery === true) secrets.delete(secret.name);
        secret.deleted = new Date(call.now + (input.RecoveryWindowInDays ?? 30) * 86_400_000);
        return { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deleted };
      },
      ListSecretVersionIds(input: { SecretId?: string }) {
        const secret = secretOf(input.SecretId);
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: [...secret.versions.values()].map((one) => ({
            VersionId: one.id,
            VersionStages: [...one.stages],
            CreatedDate: one.created,
          })),
        };
      },
      GetResourcePolicy(input: { SecretId?: string }) {
        const secret = secretOf(input.SecretId);
        return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.policy };
      },
      PutResourcePolicy(input: { SecretId?: string; ResourcePolicy?: string }) {
        const secret = secretOf(input.SecretId);
        secret.policy = input.ResourcePolicy;
        return { ARN: secret.arn, Name: secret.name };
      },
      DeleteResourcePolicy(input: { SecretId?: string }) {
        const secret = secretOf(input.SecretId);
        secret.policy = undefined;
        return { ARN: secret.arn, Name: secret.name };
      },
      TagResource(input: { SecretId?: string; Tags?: Tag[] }) {
        tags.set(secretOf(input.SecretId).arn, input.Tags);
        return {};
      },
      UntagResource(input: { SecretId?: string; TagKeys?: string[] }) {
        tags.remove(secretOf(input.SecretId).arn, input.TagKeys);
        return {};
      },
    },
  };
}
