import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import { unlessGone } from "../aws-error.ts";
import { flag, json, map, number, object, set, text } from "../fields.ts";
import { kind, patiently, type Plain, type Tools } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";
import { asText } from "../values.ts";
import { attachedPolicies, decoded, inlinePolicyNames, unsettled } from "./shared.ts";

type Inputs = Plain<RoleArgs>;

async function putInline(
  tools: Tools,
  RoleName: string,
  now: Inputs["inlinePolicies"],
  before: Inputs["inlinePolicies"],
) {
  const iam = await tools.aws.iam();
  const named = (policies: Inputs["inlinePolicies"]) =>
    new Map(
      (policies ?? []).flatMap(({ name, policy }) => (name && policy ? [[name, policy] as const] : [])),
    );
  const [wanted, old] = [named(now), named(before)];
  for (const PolicyName of old.keys())
    if (!wanted.has(PolicyName))
      await unlessGone(iam.deleteRolePolicy({ RoleName, PolicyName }), "NoSuchEntity");
  for (const [PolicyName, PolicyDocument] of wanted)
    if (old.get(PolicyName) !== PolicyDocument)
      await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument });
}

async function attach(
  tools: Tools,
  RoleName: string,
  now: string[] | undefined,
  before: string[] | undefined,
) {
  const iam = await tools.aws.iam();
  const [wanted, old] = [new Set(now), new Set(before)];
  for (const PolicyArn of old.difference(wanted))
    await unlessGone(iam.detachRolePolicy({ RoleName, PolicyArn }), "NoSuchEntity");
  for (const PolicyArn of wanted.difference(old)) await iam.attachRolePolicy({ RoleName, PolicyArn });
}

/**
 * A role, by its name. Removing it also removes policies of the kinds that the program lists here, managed or inline; with
 * `forceDetachPolicies` of both.
 */
export const role = kind<RoleArgs>({
  type: "aws:iam/role:Role",
  global: true,
  fields: {
    name: text,
    namePrefix: text,
    path: text,
    description: text,
    assumeRolePolicy: json,
    maxSessionDuration: number,
    permissionsBoundary: text,
    managedPolicyArns: set(text),
    inlinePolicies: set(object({ name: text, policy: json })),
    forceDetachPolicies: flag,
    tags: map,
  },
  required: ["assumeRolePolicy"],
  forceNew: ["name", "namePrefix", "path"],
  defaults: { path: "/", maxSessionDuration: 3600, forceDetachPolicies: false },
  naming: { property: "name", prefix: "namePrefix", max: 64 },
  gone: ["NoSuchEntity"],
  faults: ({ maxSessionDuration: seconds }) =>
    seconds === undefined || (seconds >= 3600 && seconds <= 43_200)
      ? []
      : [{ property: "maxSessionDuration", reason: `is ${seconds} s; AWS takes 3600 to 43200` }],
  async create(tools, inputs) {
    const iam = await tools.aws.iam();
    // a principal made a moment ago may not be known yet
    await patiently(
      tools,
      ["MalformedPolicyDocument"],
      () =>
        iam.createRole({
          RoleName: inputs.name,
          Path: inputs.path,
          Description: inputs.description,
          AssumeRolePolicyDocument: asText(inputs.assumeRolePolicy),
          MaxSessionDuration: inputs.maxSessionDuration,
          PermissionsBoundary: inputs.permissionsBoundary,
          Tags: tagListOrNone(inputs.tags),
        }),
      tools.pollMs * 3,
    );
    return inputs.name ?? "";
  },
  async configure(tools, id, inputs) {
    await putInline(tools, id, inputs.inlinePolicies, undefined);
    await attach(tools, id, inputs.managedPolicyArns, undefined);
  },
  async read(tools, id, state) {
    const iam = await tools.aws.iam();
    const live = (await unlessGone(iam.getRole({ RoleName: id }), "NoSuchEntity"))?.Role;
    if (live === undefined) return undefined;
    return {
      arn: live.Arn,
      name: live.RoleName,
      path: live.Path,
      description: live.Description,
      assumeRolePolicy: decoded(live.AssumeRolePolicyDocument),
      maxSessionDuration: live.MaxSessionDuration,
      permissionsBoundary: live.PermissionsBoundary?.PermissionsBoundaryArn,
      createDate: live.CreateDate?.toISOString(),
      uniqueId: live.RoleId,
      // policies made as resources of their own are not this one's to undo
      managedPolicyArns:
        state.managedPolicyArns === undefined ? undefined : await attachedPolicies(tools, id),
      inlinePolicies: state.inlinePolicies === undefined ? undefined : await liveInline(tools, id),
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, id, { inputs, oldInputs, changed }) {
    const iam = await tools.aws.iam();
    if (changed("assumeRolePolicy"))
      await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: asText(inputs.assumeRolePolicy) });
    if (changed("description", "maxSessionDuration"))
      await iam.updateRole({
        RoleName: id,
        Description: inputs.description ?? "",
        MaxSessionDuration: inputs.maxSessionDuration,
      });
    if (changed("permissionsBoundary")) {
      const PermissionsBoundary = inputs.permissionsBoundary;
      if (PermissionsBoundary === undefined) await iam.deleteRolePermissionsBoundary({ RoleName: id });
      else await iam.putRolePermissionsBoundary({ RoleName: id, PermissionsBoundary });
    }
    if (changed("inlinePolicies"))
      await putInline(tools, id, inputs.inlinePolicies, oldInputs.inlinePolicies);
    if (changed("managedPolicyArns"))
      await attach(tools, id, inputs.managedPolicyArns, oldInputs.managedPolicyArns);
  },
  async retag(tools, state, put, removed) {
    const iam = await tools.aws.iam();
    const RoleName = asText(state.name);
    if (removed.length > 0) await iam.untagRole({ RoleName, TagKeys: removed });
    if (Object.keys(put).length > 0) await iam.tagRole({ RoleName, Tags: tagList(put) });
  },
  async remove(tools, id, state) {
    const iam = await tools.aws.iam();
    const forced = state.forceDetachPolicies === true;
    const mine = (property: string) => forced || state[property] !== undefined;
    if (mine("managedPolicyArns")) await attach(tools, id, undefined, await attachedPolicies(tools, id));
    if (mine("inlinePolicies"))
      for (const PolicyName of await inlinePolicyNames(tools, id))
        await unlessGone(iam.deleteRolePolicy({ RoleName: id, PolicyName }), "NoSuchEntity");
    await patiently(tools, unsettled, () => iam.deleteRole({ RoleName: id }), tools.pollMs * 20);
  },
});

async function liveInline(tools: Tools, RoleName: string) {
  const iam = await tools.aws.iam();
  const names = await inlinePolicyNames(tools, RoleName);
  return Promise.all(
    names.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName });
      return { name: PolicyName, policy: decoded(PolicyDocument) };
    }),
  );
}
