import { functionKey, taskKey } from "local-aws";
import type { PolicyDocument } from "../../infra/policy-document.ts";

/** A call as `callLine` writes it. */
export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly signer: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- inputs and answers of any call, read member by member
  readonly input: Readonly<Record<string, any>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- inputs and answers of any call, read member by member
  readonly output: Readonly<Record<string, any>> | null;
  readonly error: string | null;
}

/** A role as it was made: who may take it, what it may do, and what bounds it. */
export interface MadeRole {
  /** Name without the end that Pulumi gave it: `switch`. */
  readonly name: string;
  readonly arn: string;
  readonly trust: object;
  readonly policies: readonly { readonly name: string; readonly policy: PolicyDocument }[];
  readonly boundary: { readonly name: string; readonly policy: PolicyDocument } | null;
}

/** The roles that calls made, by ARN. What was deleted again is there too. */
export function rolesMadeBy(calls: readonly RecordedCall[]): Map<string, MadeRole> {
  const documents = new Map<string, PolicyDocument>();
  const arns = new Map<string, string>();
  const roles = new Map<string, MadeRole>();
  const parse = (text: string) => JSON.parse(text) as PolicyDocument;
  for (const { service, operation, input, output, error } of calls) {
    if (service !== "iam" || error !== null) continue;
    const add = (name: string, policy: PolicyDocument) => {
      const arn = arns.get(input["RoleName"]) ?? "";
      const role = roles.get(arn);
      if (role) {
        const others = role.policies.filter((one) => one.name !== name);
        roles.set(arn, { ...role, policies: [...others, { name, policy }] });
      }
    };
    if (operation === "CreatePolicy")
      documents.set(output?.["Policy"].Arn as string, parse(input["PolicyDocument"]));
    if (operation === "CreateRole") {
      const { RoleName, PermissionsBoundary: bound } = input;
      const arn = output?.["Role"].Arn as string;
      const policy = documents.get(bound);
      arns.set(RoleName, arn);
      roles.set(arn, {
        name: RoleName.replace(/-[0-9a-f]{7}$/, ""),
        arn,
        trust: JSON.parse(input["AssumeRolePolicyDocument"]) as object,
        policies: [],
        boundary: policy ? { name: "boundary", policy } : null,
      });
    }
    if (operation === "PutRolePolicy") add(input["PolicyName"], parse(input["PolicyDocument"]));
    if (operation === "AttachRolePolicy")
      add(input["PolicyArn"], documents.get(input["PolicyArn"]) ?? { Version: "2012-10-17", Statement: [] });
  }
  return roles;
}

/**
 * Whose call each is: the name of the role that the signer has, `own` for whoever runs the deployment. A role that was taken
 * but never made here is null.
 */
export function callersOf(
  calls: readonly RecordedCall[],
  roles: ReadonlyMap<string, MadeRole>,
): (call: RecordedCall) => string | null {
  const taken = new Map<string, string | null>([
    [functionKey, "guardian"],
    [taskKey, "task"],
  ]);
  for (const { operation, input, output } of calls)
    if (operation === "AssumeRole" && output !== null)
      taken.set(output["Credentials"].AccessKeyId, roles.get(input["RoleArn"])?.name ?? null);
  return ({ signer }) => (taken.has(signer) ? (taken.get(signer) ?? null) : "own");
}
