import { account, defaultVpc } from "local-aws";
import { signingSecret } from "../../rehearsal/stage/config.ts";
import { Caller } from "./clients.ts";

/** What both accounts have before a deployment begins, under each one's own names: network, number, the secret a person makes. */
export async function prepare(endpoint: string, secret: string): Promise<Map<string, string>> {
  const caller = new Caller(endpoint);
  const ask = async <T>(service: string, operation: string, input: object = {}) => {
    const { output, error } = await caller.call(service, operation, input);
    if (error !== null) throw new Error(`${service} ${operation}: ${error}`);
    return output as T;
  };
  try {
    const { Account } = await ask<{ Account: string }>("sts", "GetCallerIdentity");
    const filter = { Filters: [{ Name: "isDefault", Values: ["true"] }] };
    const { Vpcs } = await ask<{ Vpcs: { VpcId: string }[] }>("ec2", "DescribeVpcs", filter);
    const { Subnets } = await ask<{ Subnets: { SubnetId: string; AvailabilityZone: string }[] }>(
      "ec2",
      "DescribeSubnets",
    );
    const byZone = Subnets.toSorted((a, b) => (a.AvailabilityZone < b.AvailabilityZone ? -1 : 1));
    await ask("secretsmanager", "CreateSecret", { Name: signingSecret, SecretString: secret });
    return new Map<string, string>([
      [account, Account],
      [defaultVpc.vpcId, Vpcs[0]?.VpcId ?? ""],
      ...defaultVpc.subnets.map((subnet, index) => [subnet, byZone[index]?.SubnetId ?? ""] as const),
    ]);
  } finally {
    caller.close();
  }
}
