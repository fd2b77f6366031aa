import { parse } from "yaml";
import { type SwitchRecord, refuseOtherSchema, switchRecord } from "../../domain/record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { Clients } from "../core/clients.ts";
import { causeText } from "../sources/causes.ts";
import { recordSource } from "../sources/record.ts";
import type { Options } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** The record of a deployed stack; where AWS cannot be asked, an error that says what to do. */
export async function readRecord(stack: string, options: Options, around: Terminal): Promise<SwitchRecord> {
  const project = options.project ?? (await projectName(around));
  // Pulumi writes organisation/project/stack; the record knows the stack alone.
  const name = stack.split("/").at(-1) ?? stack;
  const table = `${project}-${name}-switch`;
  const clients = new Clients({
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
  });
  try {
    const item = await recordSource(clients).read(table, name, around.signal);
    if (item === null)
      throw new UsageError(`the table ${table} holds no record of stack ${name} yet`, "pulumi up");
    refuseOtherSchema(item, name);
    const parsed = switchRecord.safeParse(item);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `the record of stack ${name} is not one this version reads: ${issue?.path.join(".")}: ${issue?.message}`,
      "pulumi refresh, with the version of the program that wrote it",
    );
  } catch (error) {
    throw error instanceof UsageError ? error : awsUsage(error, table, name, options.asked);
  } finally {
    clients.close();
  }
}

/** What to type when AWS could not be asked for the record. */
function awsUsage(error: unknown, table: string, stack: string, asked: readonly string[]): UsageError {
  const text = `${(error as Error).name} ${causeText(error)}`;
  const again = `npm run check -- ${asked.join(" ")} --stack ${stack}`;
  if (/ResourceNotFound/.test(text))
    return new UsageError(
      `there is no table ${table} in this account and region`,
      `pulumi up --stack ${stack}, or name the project with --project`,
    );
  if (
    /Credentials|could not load|ExpiredToken|UnrecognizedClient|InvalidClientToken|token.*expired/i.test(text)
  )
    return new UsageError(
      `no AWS credentials that work: ${causeText(error)}`,
      `aws sso login && ${again} --profile NAME`,
    );
  if (/Region is missing/i.test(text))
    return new UsageError("no AWS region is set", `${again} --region us-east-1`);
  return new UsageError(
    `the table ${table} could not be read: ${causeText(error)}`,
    `${again} --region REGION --profile NAME`,
  );
}

async function projectName({ readFile }: Terminal): Promise<string> {
  const project = parse(await readFile("Pulumi.yaml")) as { name?: unknown };
  if (typeof project.name === "string") return project.name;
  throw new UsageError(
    "Pulumi.yaml names no project",
    "npm run check -- smoke --stack NAME --project PROJECT",
  );
}
