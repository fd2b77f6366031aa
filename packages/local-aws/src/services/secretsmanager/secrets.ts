import type {
  CreateSecretCommandInput,
  Tag,
  UpdateSecretCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { AwsError } from "../../error.ts";
import { arn, letters } from "../../names.ts";
import type { Call, Handler } from "../../service.ts";
import { type Secret, type State, named, secretOf } from "./state.ts";
import { addVersion } from "./versions.ts";

const stagesOf = (secret: Secret) =>
  Object.fromEntries(
    [...secret.versions.values()]
      .filter(({ stages }) => stages.size > 0)
      .map((one) => [one.id, [...one.stages]]),
  );

/** The version that creating or updating a secret makes: one when a value is given, under a new id. */
function firstVersion(
  state: State,
  secret: Secret,
  { SecretString, SecretBinary }: CreateSecretCommandInput | UpdateSecretCommandInput,
  now: number,
) {
  if (SecretString === undefined && SecretBinary === undefined) return undefined;
  return addVersion(state, secret, { SecretString, SecretBinary }, now);
}

/** The operations on secrets themselves and their tags. */
export function secrets(state: State): Record<string, Handler> {
  return {
    CreateSecret(input: CreateSecretCommandInput, call: Call) {
      const name = input.Name ?? "";
      if (state.secrets.has(name))
        throw new AwsError(
          "ResourceExistsException",
          `The operation failed because the secret ${name} already exists.`,
        );
      const secret: Secret = {
        arn: arn("secretsmanager", `secret:${name}-${state.ids.of(letters, 6)}`),
        name,
        description: input.Description,
        kmsKey: input.KmsKeyId,
        policy: undefined,
        created: new Date(call.now),
        deleted: null,
        versions: new Map(),
      };
      state.secrets.set(name, secret);
      state.tags.set(secret.arn, input.Tags);
      const version = firstVersion(state, secret, input, call.now);
      return { ARN: secret.arn, Name: name, VersionId: version?.id };
    },
    DescribeSecret(input: { SecretId?: string }) {
      const secret = secretOf(state, input.SecretId, true);
      return {
        ...named(secret),
        Description: secret.description,
        KmsKeyId: secret.kmsKey,
        CreatedDate: secret.created,
        LastChangedDate: [...secret.versions.values()].at(-1)?.created ?? secret.created,
        DeletedDate: secret.deleted ?? undefined,
        Tags: state.tags.list(secret.arn),
        VersionIdsToStages: stagesOf(secret),
      };
    },
    UpdateSecret(input: UpdateSecretCommandInput, call: Call) {
      const secret = secretOf(state, input.SecretId);
      if (input.Description !== undefined) secret.description = input.Description;
      if (input.KmsKeyId !== undefined) secret.kmsKey = input.KmsKeyId;
      const version = firstVersion(state, secret, input, call.now);
      return { ...named(secret), VersionId: version?.id };
    },
    DeleteSecret(
      input: { SecretId?: string; ForceDeleteWithoutRecovery?: boolean; RecoveryWindowInDays?: number },
      call: Call,
    ) {
      const secret = secretOf(state, input.SecretId, true);
      if (input.ForceDeleteWithoutRecovery === true) state.secrets.delete(secret.name);
      secret.deleted = new Date(call.now + (input.RecoveryWindowInDays ?? 30) * 86_400_000);
      return { ...named(secret), DeletionDate: secret.deleted };
    },
    TagResource(input: { SecretId?: string; Tags?: Tag[] }) {
      state.tags.set(secretOf(state, input.SecretId).arn, input.Tags);
      return {};
    },
    UntagResource(input: { SecretId?: string; TagKeys?: string[] }) {
      state.tags.remove(secretOf(state, input.SecretId).arn, input.TagKeys);
      return {};
    },
  };
}
