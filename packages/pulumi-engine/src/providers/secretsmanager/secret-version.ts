import type { SecretVersionArgs } from "@pulumi/aws/secretsmanager/secretVersion.js";
import { unlessGone } from "../aws-error.ts";
import { set, text } from "../fields.ts";
import { kind } from "../kind.ts";

/** `<secret ARN>|<version id>`; older states wrote a comma. */
function partsOf(id: string): { SecretId: string; VersionId: string } {
  const at = Math.max(id.lastIndexOf("|"), id.lastIndexOf(","));
  return { SecretId: id.slice(0, at), VersionId: id.slice(at + 1) };
}

/**
 * A value of a secret, text or base64 bytes, always marked as secret; its id is `SECRET|VERSION`. The current one cannot be
 * taken away: removing it leaves it to its secret.
 */
export const secretVersion = kind<SecretVersionArgs>({
  type: "aws:secretsmanager/secretVersion:SecretVersion",
  fields: { secretId: text, secretString: text, secretBinary: text, versionStages: set(text) },
  required: ["secretId"],
  forceNew: ["secretId", "secretString", "secretBinary"],
  secret: ["secretString", "secretBinary"],
  gone: ["ResourceNotFound"],
  faults: ({ secretString, secretBinary }) =>
    secretString !== undefined && secretBinary !== undefined
      ? [{ property: "secretBinary", reason: "excludes secretString: a version holds one of the two" }]
      : [],
  async create(tools, inputs) {
    const made = await (
      await tools.aws.secrets()
    ).putSecretValue({
      SecretId: inputs.secretId,
      SecretString: inputs.secretString,
      SecretBinary:
        inputs.secretBinary === undefined ? undefined : Buffer.from(inputs.secretBinary, "base64"),
      VersionStages: inputs.versionStages,
    });
    return `${inputs.secretId}|${made.VersionId}`;
  },
  async read(tools, id) {
    const { SecretId, VersionId } = partsOf(id);
    const secrets = await tools.aws.secrets();
    const live = await unlessGone(
      secrets.getSecretValue({ SecretId, VersionId }),
      "ResourceNotFound",
      "InvalidRequest",
    );
    if (live === undefined) return undefined;
    return {
      arn: live.ARN,
      secretArn: live.ARN,
      secretId: SecretId,
      secretString: live.SecretString,
      versionId: live.VersionId,
      versionStages: live.VersionStages,
      hasSecretStringWo: false,
    };
  },
  async update(tools, id, { inputs, oldInputs }) {
    const { SecretId, VersionId } = partsOf(id);
    const secrets = await tools.aws.secrets();
    const [before, now] = [new Set(oldInputs.versionStages), new Set(inputs.versionStages)];
    for (const VersionStage of now.difference(before))
      await secrets.updateSecretVersionStage({ SecretId, VersionStage, MoveToVersionId: VersionId });
    for (const VersionStage of before.difference(now))
      if (VersionStage !== "AWSCURRENT")
        await secrets.updateSecretVersionStage({ SecretId, VersionStage, RemoveFromVersionId: VersionId });
  },
  async remove(tools, id, state) {
    const { SecretId, VersionId } = partsOf(id);
    const stages = Array.isArray(state.versionStages) ? state.versionStages.map(String) : [];
    const secrets = await tools.aws.secrets();
    // the current version cannot be taken away; it goes with its secret
    for (const VersionStage of stages.filter((stage) => stage !== "AWSCURRENT"))
      await unlessGone(
        secrets.updateSecretVersionStage({ SecretId, VersionStage, RemoveFromVersionId: VersionId }),
        "InvalidRequest",
        "InvalidParameter",
      );
  },
});
