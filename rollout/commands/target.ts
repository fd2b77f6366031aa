import { readFile } from "node:fs/promises";
import { DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { parse } from "yaml";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { stackNameOf } from "../../domain/stack-name.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { SwitchClients } from "../aws/clients.ts";
import { openAccount } from "../aws/open-account.ts";
import { type Flags } from "./command.ts";

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
  const region = await regionOf(flags);
  await using account = openAccount({ region });
  const name =
    flags.rule === undefined
      ? await byStack(flags.stack as string)
      : await byRule(account.clients, flags.rule);
  const found = await account.store(name).read();
  if (found === null)
    throw new UsageError(
      `Table ${name.table} in ${region} has no record of stack ${name.stack}: it was never deployed from here, or the region is another. Name it with --region, or list the stacks with: pulumi stack ls`,
    );
  const { record } = found;
  if (record.inputs === null || record.ruleArn === null)
    throw new UsageError(
      `Stack ${name.stack} has no weighted rule yet; its first deployment is not over. Run pulumi up again.`,
    );
  if (flags.rule !== undefined && record.ruleArn !== flags.rule)
    throw new UsageError(
      `${flags.rule} is not the weighted rule of stack ${name.stack}; that is ${record.ruleArn}. Name that one, or: --stack ${name.stack}`,
    );
  // Whoever is in a hurry acts as themselves: the profile of the last up may be known on its machine only.
  return { record, inputs: { ...record.inputs, region, profile: undefined }, ruleArn: record.ruleArn };
}

/** Asked as Pulumi does: what the stack's file says goes before the environment. */
async function regionOf(flags: Flags): Promise<string> {
  const fromRule = flags.rule === undefined ? undefined : partsOf(flags.rule).region;
  if (fromRule !== undefined && flags.region !== undefined && flags.region !== fromRule)
    throw new UsageError(
      `--region is ${flags.region}, and the rule named is in ${fromRule}. Leave --region out.`,
    );
  const named = flags.region ?? fromRule;
  if (named) return named;
  const file = `Pulumi.${stackNameOf(flags.stack as string)}.yaml`;
  const stackFile = await readStackFile(file);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = [stackFile.region, AWS_REGION, AWS_DEFAULT_REGION].find((one) => one);
  if (!region)
    throw new UsageError(`No region is known: ${stackFile.why}. Name it with --region, or set AWS_REGION.`);
  return region;
}

/** The region that a stack's file names, or why none is known by it: whoever is in a hurry is not held up by a bad file. */
async function readStackFile(file: string): Promise<{ region?: string; why: string }> {
  try {
    const { config } = (parse(await readFile(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
    const region = config?.["aws:region"];
    return typeof region === "string" ? { region, why: "" } : { why: `${file} has no aws:region` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      why:
        code === "ENOENT" ? `there is no ${file} here` : `${file} cannot be read (${message.split("\n")[0]})`,
    };
  }
}

function partsOf(rule: string): { region: string; account: string } {
  const match = ruleArnShape.exec(rule);
  if (!match)
    throw new UsageError(
      `"${rule}" is not the ARN of a listener rule; it looks like arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT:listener-rule/app/NAME/…/…/… See: npm run status -- --stack STACK`,
    );
  return { region: match[1] as string, account: match[2] as string };
}

/** The record's table has a fixed name made of project and stack. */
async function byStack(stack: string): Promise<{ table: string; stack: string }> {
  const short = stackNameOf(stack);
  const { name } = parse(await readFile("Pulumi.yaml", "utf8").catch(notThere)) as { name: string };
  return { table: `${name}-${short}-switch`, stack: short };
}

function notThere(error: NodeJS.ErrnoException): never {
  if (error.code !== "ENOENT") throw error;
  throw new UsageError(
    `There is no Pulumi.yaml in ${process.cwd()}, so the stack's project is not known. Type it where the checkout is, or name the rule: --rule ARN`,
    null,
    { cause: error },
  );
}

/** The rule's own tags name its record. */
async function byRule({ elb }: SwitchClients, rule: string): Promise<{ table: string; stack: string }> {
  const tags = await elb
    .send(new DescribeTagsCommand({ ResourceArns: [rule] }))
    .catch(async (error: Error) => {
      if (error.name === "CredentialsProviderError") throw error;
      throw new UsageError(await whyUnreadable(rule, error), null, { cause: error });
    });
  const value = (key: string) => tags.TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === key)?.Value;
  const table = value("traffic-switch:table");
  const stack = value("traffic-switch:stack");
  if (!table || !stack)
    throw new UsageError(
      `${rule} is not a traffic switch's weighted rule: it carries no traffic-switch tags. Name the stack instead: --stack STACK`,
    );
  return { table, stack };
}

/** The balancer says of a rule in another account only that it does not exist. */
async function whyUnreadable(rule: string, error: Error): Promise<string> {
  const { region, account } = partsOf(rule);
  const sts = new STSClient({ region });
  try {
    const { Account: mine } = await sts.send(new GetCallerIdentityCommand({}));
    if (mine !== undefined && mine !== account)
      return `${rule} is in account ${account}, and these credentials are of account ${mine}. Set AWS_PROFILE to one of account ${account}.`;
  } catch {
    // Who asks could not be told; what was asked has its own error, which is said below.
  } finally {
    sts.destroy();
  }
  if (error.name === "RuleNotFoundException")
    return `${rule} does not exist (any more). See which rule it is now: npm run status -- --stack STACK`;
  return `${rule} cannot be read: ${error.name}: ${error.message}. Try: --stack STACK`;
}
