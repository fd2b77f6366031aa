import type {
  GetSecretValueCommandInput,
  PutSecretValueCommandInput,
  UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { type Secret, type State, type Version, named, secretOf } from "./state.ts";

/** What a version is made of. */
export interface Value {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
  /** AWSCURRENT unless set. */
  readonly VersionStages?: readonly string[] | undefined;
  /** Its id; a new one unless set. */
  readonly ClientRequestToken?: string | undefined;
}

/** Puts a version into its stages, of which no other version keeps one; what was current is previous then. */
export function addVersion(state: State, secret: Secret, value: Value, now: number): Version {
  const stages = value.VersionStages ?? ["AWSCURRENT"];
  if (stages.includes("AWSCURRENT")) {
    const before = [...secret.versions.values()].find((one) => one.stages.has("AWSCURRENT"));
    for (const one of secret.versions.values()) one.stages.delete("AWSPREVIOUS");
    before?.stages.add("AWSPREVIOUS");
  }
  for (const one of secret.versions.values()) for (const stage of stages) one.stages.delete(stage);
  const version: Version = {
    id: value.ClientRequestToken ?? state.ids.uuid(),
    text: value.SecretString,
    bytes: value.SecretBinary,
    created: new Date(now),
    stages: new Set(stages),
  };
  secret.versions.set(version.id, version);
  return version;
}

/** A version by its id, by its stage or by both; the current one without either. */
export function versionOf(secret: Secret, id: string | undefined, stage: string | undefined): Version {
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
}

/** The operations on values and the versions that hold them. */
export function versions(state: State): Record<string, Handler> {
  return {
    GetSecretValue(input: GetSecretValueCommandInput) {
      const secret = secretOf(state, input.SecretId);
      const version = versionOf(secret, input.VersionId, input.VersionStage);
      return {
        ...named(secret),
        VersionId: version.id,
        SecretString: version.text,
        SecretBinary: version.bytes,
        VersionStages: [...version.stages],
        CreatedDate: version.created,
      };
    },
    PutSecretValue(input: PutSecretValueCommandInput, call: Call) {
      const secret = secretOf(state, input.SecretId);
      const known =
        input.ClientRequestToken === undefined ? undefined : secret.versions.get(input.ClientRequestToken);
      const version = known ?? addVersion(state, secret, input, call.now);
      return {
        ...named(secret),
        VersionId: version.id,
        VersionStages: [...version.stages],
      };
    },
    UpdateSecretVersionStage(input: UpdateSecretVersionStageCommandInput) {
      const secret = secretOf(state, input.SecretId);
      const stage = input.VersionStage ?? "";
      if (input.RemoveFromVersionId) secret.versions.get(input.RemoveFromVersionId)?.stages.delete(stage);
      if (input.MoveToVersionId) {
        for (const version of secret.versions.values()) version.stages.delete(stage);
        secret.versions.get(input.MoveToVersionId)?.stages.add(stage);
      }
      return named(secret);
    },
    ListSecretVersionIds(input: { SecretId?: string }) {
      const secret = secretOf(state, input.SecretId);
      return {
        ...named(secret),
        Versions: [...secret.versions.values()].map((one) => ({
          VersionId: one.id,
          VersionStages: [...one.stages],
          CreatedDate: one.created,
        })),
      };
    },
  };
}
