import type { PolicyArgs } from "@pulumi/aws/iam/policy.js";
import { unlessGone } from "../aws-error.ts";
import { json, map, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";
import { asText } from "../values.ts";
import { decoded, unsettled } from "./shared.ts";

/** AWS keeps at most five versions of a policy. */
const versionsKept = 5;

async function oldVersions(tools: Tools, PolicyArn: string): Promise<string[]> {
  const iam = await tools.aws.iam();
  const answer = await unlessGone(iam.listPolicyVersions({ PolicyArn }), "NoSuchEntity");
  const old = (answer?.Versions ?? []).filter(({ IsDefaultVersion }) => IsDefaultVersion !== true);
  const oldestFirst = old.sort((a, b) => Number(a.VersionId?.slice(1)) - Number(b.VersionId?.slice(1)));
  return oldestFirst.flatMap(({ VersionId }) => (VersionId === undefined ? [] : [VersionId]));
}

/** A managed policy, by its ARN. A change is a new version; where AWS's five are full, the oldest goes first. */
export const policy = kind<PolicyArgs>({
  type: "aws:iam/policy:Policy",
  global: true,
  fields: { name: text, namePrefix: text, path: text, description: text, policy: json, tags: map },
  required: ["policy"],
  forceNew: ["name", "namePrefix", "path", "description"],
  defaults: { path: "/" },
  naming: { property: "name", prefix: "namePrefix", max: 128 },
  gone: ["NoSuchEntity"],
  async create(tools, inputs) {
    const iam = await tools.aws.iam();
    const made = await iam.createPolicy({
      PolicyName: inputs.name,
      Path: inputs.path,
      Description: inputs.description,
      PolicyDocument: asText(inputs.policy),
      Tags: tagListOrNone(inputs.tags),
    });
    return made.Policy?.Arn ?? "";
  },
  async read(tools, arn) {
    const iam = await tools.aws.iam();
    const live = (await unlessGone(iam.getPolicy({ PolicyArn: arn }), "NoSuchEntity"))?.Policy;
    if (live === undefined) return undefined;
    const version = await iam.getPolicyVersion({ PolicyArn: arn, VersionId: live.DefaultVersionId });
    return {
      arn: live.Arn,
      name: live.PolicyName,
      path: live.Path,
      description: live.Description,
      policyId: live.PolicyId,
      attachmentCount: live.AttachmentCount,
      policy: decoded(version.PolicyVersion?.Document),
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    if (!changed("policy")) return;
    const iam = await tools.aws.iam();
    const old = await oldVersions(tools, arn);
    const [oldest] = old;
    if (oldest !== undefined && old.length >= versionsKept - 1)
      await iam.deletePolicyVersion({ PolicyArn: arn, VersionId: oldest });
    await iam.createPolicyVersion({
      PolicyArn: arn,
      PolicyDocument: asText(inputs.policy),
      SetAsDefault: true,
    });
  },
  async retag(tools, state, put, removed) {
    const iam = await tools.aws.iam();
    const PolicyArn = String(state.arn);
    if (removed.length > 0) await iam.untagPolicy({ PolicyArn, TagKeys: removed });
    if (Object.keys(put).length > 0) await iam.tagPolicy({ PolicyArn, Tags: tagList(put) });
  },
  async remove(tools, arn) {
    const iam = await tools.aws.iam();
    for (const VersionId of await oldVersions(tools, arn))
      await iam.deletePolicyVersion({ PolicyArn: arn, VersionId });
    await patiently(tools, unsettled, () => iam.deletePolicy({ PolicyArn: arn }), tools.pollMs * 20);
  },
});
