import type { RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import type { RolePolicyAttachmentArgs } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { unlessGone } from "../aws-error.ts";
import { json, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { asText } from "../values.ts";
import { attachedPolicies, decoded } from "./shared.ts";

/** `<role>:<policy>` */
function partsOf(id: string): { RoleName: string; PolicyName: string } {
  const [RoleName = "", PolicyName = ""] = id.split(":");
  return { RoleName, PolicyName };
}

/** An inline policy of a role; its id is `ROLE:POLICY`. */
export const rolePolicy = kind<RolePolicyArgs>({
  type: "aws:iam/rolePolicy:RolePolicy",
  global: true,
  fields: { name: text, namePrefix: text, role: text, policy: json },
  required: ["role", "policy"],
  forceNew: ["name", "namePrefix", "role"],
  naming: { property: "name", prefix: "namePrefix", max: 128 },
  gone: ["NoSuchEntity"],
  async create(tools, inputs) {
    const RoleName = asText(inputs.role);
    await (
      await tools.aws.iam()
    ).putRolePolicy({ RoleName, PolicyName: inputs.name, PolicyDocument: asText(inputs.policy) });
    return `${RoleName}:${inputs.name}`;
  },
  async read(tools, id) {
    const { RoleName, PolicyName } = partsOf(id);
    const iam = await tools.aws.iam();
    const live = await unlessGone(iam.getRolePolicy({ RoleName, PolicyName }), "NoSuchEntity");
    if (live === undefined) return undefined;
    return { name: live.PolicyName, role: live.RoleName, policy: decoded(live.PolicyDocument) };
  },
  async update(tools, id, { inputs }) {
    const iam = await tools.aws.iam();
    await iam.putRolePolicy({ ...partsOf(id), PolicyDocument: asText(inputs.policy) });
  },
  async remove(tools, id) {
    await (await tools.aws.iam()).deleteRolePolicy(partsOf(id));
  },
});

/** What gives a role a managed policy; its id is `ROLE/ARN`. */
export const rolePolicyAttachment = kind<RolePolicyAttachmentArgs>({
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  global: true,
  fields: { role: text, policyArn: text },
  required: ["role", "policyArn"],
  forceNew: ["role", "policyArn"],
  gone: ["NoSuchEntity"],
  async create(tools, inputs) {
    const [RoleName, PolicyArn] = [asText(inputs.role), inputs.policyArn];
    await (await tools.aws.iam()).attachRolePolicy({ RoleName, PolicyArn });
    return `${RoleName}/${PolicyArn}`;
  },
  async read(tools, _id, state) {
    const [role, policyArn] = [asText(state.role), asText(state.policyArn)];
    return (await attachedPolicies(tools, role)).includes(policyArn) ? { role, policyArn } : undefined;
  },
  async remove(tools, _id, state) {
    const iam = await tools.aws.iam();
    await iam.detachRolePolicy({ RoleName: asText(state.role), PolicyArn: asText(state.policyArn) });
  },
});
