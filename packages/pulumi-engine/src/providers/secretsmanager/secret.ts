import type { SecretArgs } from "@pulumi/aws/secretsmanager/secret.js";
import { isCode, unlessGone } from "../aws-error.ts";
import { flag, json, map, number, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";
import { asText } from "../values.ts";

/**
 * A secret without its value, by its ARN. `recoveryWindowInDays` is 0, deleted at once, or 7 to 30. Waits up to 2 minutes for a
 * name that a deletion still holds.
 */
export const secret = kind<SecretArgs>({
  type: "aws:secretsmanager/secret:Secret",
  fields: {
    name: text,
    namePrefix: text,
    description: text,
    kmsKeyId: text,
    policy: json,
    recoveryWindowInDays: number,
    forceOverwriteReplicaSecret: flag,
    tags: map,
  },
  forceNew: ["name", "namePrefix"],
  defaults: { recoveryWindowInDays: 30, forceOverwriteReplicaSecret: false },
  naming: { property: "name", prefix: "namePrefix", max: 512 },
  gone: ["ResourceNotFound"],
  faults: ({ recoveryWindowInDays: days }) =>
    days === undefined || days === 0 || (days >= 7 && days <= 30)
      ? []
      : [{ property: "recoveryWindowInDays", reason: `is ${days}; AWS takes 0 (delete at once) or 7 to 30` }],
  async create(tools, inputs) {
    const secrets = await tools.aws.secrets();
    const until = tools.now() + 120_000;
    for (;;) {
      try {
        const made = await secrets.createSecret({
          Name: inputs.name,
          Description: inputs.description,
          KmsKeyId: inputs.kmsKeyId,
          Tags: tagListOrNone(inputs.tags),
        });
        return made.ARN ?? "";
      } catch (error) {
        const deleting =
          isCode(error, "InvalidRequest") && /scheduled for deletion|already scheduled/.test(asText(error));
        if (!deleting || tools.now() >= until) throw error;
      }
      // the name frees up a little after a deletion without recovery window
      await tools.sleep(tools.pollMs);
    }
  },
  async configure(tools, arn, { policy }) {
    if (policy === undefined) return;
    await (await tools.aws.secrets()).putResourcePolicy({ SecretId: arn, ResourcePolicy: policy });
  },
  async read(tools, arn, state) {
    const secrets = await tools.aws.secrets();
    const live = await unlessGone(secrets.describeSecret({ SecretId: arn }), "ResourceNotFound");
    if (live === undefined || live.DeletedDate !== undefined) return undefined;
    const policy =
      state.policy === undefined ? undefined : await secrets.getResourcePolicy({ SecretId: arn });
    return {
      arn: live.ARN,
      name: live.Name,
      description: live.Description,
      kmsKeyId: live.KmsKeyId,
      policy: policy?.ResourcePolicy,
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    const secrets = await tools.aws.secrets();
    if (changed("description", "kmsKeyId"))
      await secrets.updateSecret({
        SecretId: arn,
        Description: inputs.description ?? "",
        KmsKeyId: inputs.kmsKeyId,
      });
    if (!changed("policy")) return;
    if (inputs.policy === undefined) await secrets.deleteResourcePolicy({ SecretId: arn });
    else await secrets.putResourcePolicy({ SecretId: arn, ResourcePolicy: inputs.policy });
  },
  async retag(tools, state, put, removed) {
    const secrets = await tools.aws.secrets();
    const SecretId = asText(state.arn);
    if (removed.length > 0) await secrets.untagResource({ SecretId, TagKeys: removed });
    if (Object.keys(put).length > 0) await secrets.tagResource({ SecretId, Tags: tagList(put) });
  },
  async remove(tools, arn, state) {
    const days = Number(state.recoveryWindowInDays ?? 30);
    await (
      await tools.aws.secrets()
    ).deleteSecret({
      SecretId: arn,
      ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
    });
  },
});
