import { readFile } from "node:fs/promises";
import { DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { parse } from "yaml";
import { type SwitchClients, makeClients } from "../aws/clients.ts";
import { makeStore } from "../aws/store.ts";
import type { SwitchInputs } from "../policy/inputs.ts";
import type { SwitchRecord } from "../policy/record.ts";
import { type Flags, UsageError } from "./command.ts";

/** The switch that a command is about. */
export interface Target {
  readonly record: SwitchRecord;
  readonly inputs: SwitchInputs;
  readonly ruleArn: string;
}

const ruleArnShape =
  /^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):(\d{12}):listener-rule\/app\/[^/]+\/[0-9a-f]+\/[0-9a-f]+\/[0-9a-f]+$/;

/** Finds the record by stack or by rule. Throws UsageError, before any write, for anything that is not this switch's. */
export async function findTarget(flags: Flags): Promise<Target> {
  const region = regionOf(flags);
  const clients = makeClients({ region });
  try {
    const name =
      flags.rule === undefined ? await byStack(flags.stack as string) : await byRule(clients, flags.rule);
    const found = await makeStore(clients.dynamodb, name.table, name.stack).read();
    if (found === null)
      throw new UsageError(
        `Table ${name.table} in ${region} has no record of stack ${name.stack}: it was never deployed from here, or the region is another (--region).`,
      );
    const { record } = found;
    if (record.inputs === null || record.ruleArn === null)
      throw new UsageError(`Stack ${name.stack} has no weighted rule yet; its first deployment is not over.`);
    if (flags.rule !== undefined && record.ruleArn !== flags.rule)
      throw new UsageError(
        `${flags.rule} is not the weighted rule of stack ${name.stack}; that is ${record.ruleArn}.`,
      );
    return { record, inputs: { ...record.inputs, region }, ruleArn: record.ruleArn };
  } finally {
    clients.close();
  }
}

function regionOf(flags: Flags): string {
  const fromRule = flags.rule === undefined ? undefined : partsOf(flags.rule).region;
  const region = flags.region ?? fromRule ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  if (!region) throw new UsageError("No region is known: name it with --region, or set AWS_REGION.");
  return region;
}

function partsOf(rule: string): { region: string } {
  const match = ruleArnShape.exec(rule);
  if (!match)
    throw new UsageError(
      `"${rule}" is not the ARN of a listener rule; it looks like arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener-rule/app/NAME/…/…/…`,
    );
  return { region: match[1] as string };
}

/** The record's table has a fixed name made of project and stack. */
async function byStack(stack: string): Promise<{ table: string; stack: string }> {
  const { name } = parse(await readFile("Pulumi.yaml", "utf8")) as { name: string };
  const short = stack.slice(stack.lastIndexOf("/") + 1);
  return { table: `${name}-${short}-switch`, stack: short };
}

/** The rule's own tags name its record. */
async function byRule({ elb }: SwitchClients, rule: string): Promise<{ table: string; stack: string }> {
  const tags = await elb.send(new DescribeTagsCommand({ ResourceArns: [rule] })).catch((error: Error) => {
    throw new UsageError(`${rule} cannot be read: ${error.name}: ${error.message}`, { cause: error });
  });
  const value = (key: string) => tags.TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === key)?.Value;
  const table = value("traffic-switch:table");
  const stack = value("traffic-switch:stack");
  if (!table || !stack)
    throw new UsageError(
      `${rule} is not a traffic switch's weighted rule: it carries no traffic-switch tags.`,
    );
  return { table, stack };
}
