import { parse } from "yaml";
import { type Colour, other, perColour } from "../../domain/colour.ts";
import { hubDefaults } from "../../domain/hub.ts";
import type { HubTarget, SwitchInputs } from "../../domain/inputs.ts";
import { type SwitchRecord, refuseOtherSchema, switchRecord } from "../../domain/record.ts";
import { type ReleaseRecord, releaseRecord } from "../../domain/release-record.ts";
import { thresholds } from "../../domain/spec.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { CheckContext, Group } from "../core/check.ts";
import { Clients } from "../core/clients.ts";
import { contextFor, type OpenContext, sleep, sourcesOf, watchPeriods } from "../core/context.ts";
import { Samples } from "../logs/samples.ts";
import { causeText } from "../sources/causes.ts";
import { recordSource } from "../sources/record.ts";
import { type Options } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** What is being checked: a stack as its switch recorded it, or a bare address. */
export interface Target {
  name: string;
  context: OpenContext;
}

export async function openTarget(
  options: Options,
  groups: ReadonlySet<Group>,
  around: Terminal,
): Promise<Target> {
  if (options.stack !== null && options.url !== null)
    throw new UsageError(
      "--stack and --url name two different things to check: give one",
      "npm run check -- smoke --stack NAME",
    );
  const release = options.record === null ? null : await readRelease(options.record, around);
  if (options.url !== null) return urlTarget(options.url, options, release, around);
  if (options.stack !== null) return await stackTarget(options.stack, options, groups, release, around);
  throw new UsageError(
    "what is to be checked? Name a stack or the address of a hub",
    `npm run check -- ${options.asked.join(" ") || "smoke"} --url http://127.0.0.1:37373`,
  );
}

function urlTarget(url: string, options: Options, release: ReleaseRecord | null, around: Terminal): Target {
  const { environment, signal, now } = around;
  const hub: HubTarget = {
    url,
    healthPath: options.healthPath,
    mcpPath: options.mcpPath,
    transport: options.transport,
    tool: options.tool,
    toolArguments: { prompt: options.prompt },
    llmFailurePatterns: [...hubDefaults.llmFailurePatterns],
    answerMs: hubDefaults.answerMs,
    analysisMs: hubDefaults.analysisMs,
    mayDisappear: [],
  };
  const clients = new Clients({
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
  });
  const signingKey = environment["MCP_HUB_SIGNING_KEY"] ?? null;
  const token = environment["MCP_HUB_TOKEN"] ?? null;
  const sources = sourcesOf(clients, environment, { hub, now, signingKey, token });
  const started = now();
  const context: OpenContext = {
    now,
    sleep,
    signal,
    thresholds: thresholds.parse({}),
    hub,
    slot: options.slot,
    deployment: null,
    release,
    record: null,
    watch: options.watch ?? watchPeriods[0],
    incident: incidentOf(options, "hub"),
    sources,
    samples: new Samples(),
    logs: perColour(() => null),
    errors: perColour(() => null),
    since: started,
    rolloutSince: started,
    logErrorPatterns: [],
    commands: options.commands,
    secrets: [signingKey, token].filter((secret) => secret !== null),
    async close() {
      await Promise.all([sources.probes.close(), sources.commands.close()]);
      clients.close();
    },
  };
  return { name: url, context };
}

async function stackTarget(
  stack: string,
  options: Options,
  groups: ReadonlySet<Group>,
  release: ReleaseRecord | null,
  around: Terminal,
): Promise<Target> {
  const record = await readRecord(stack, options, around);
  const inputs = inputsOf(record, stack, options);
  const slot = options.slot ?? slotUnderTest(record, groups);
  const context = await contextFor(inputs, slot, {
    now: around.now,
    signal: around.signal,
    environment: around.environment,
  });
  const liveForMs = around.now() - record.liveSince;
  return {
    name: `stack ${stack}`,
    context: {
      ...context,
      record,
      release: release ?? inputs.release ?? null,
      commands: { ...inputs.commands, ...options.commands },
      watch: options.watch ?? watchPeriods.find((period) => liveForMs <= period.ms) ?? watchPeriods[2],
      incident: incidentOf(options, stack),
    },
  };
}

function inputsOf(record: SwitchRecord, stack: string, options: Options): SwitchInputs {
  if (record.inputs === null)
    throw new UsageError(
      `the record of stack ${stack} holds no inputs yet: its first deployment has not ended`,
      "pulumi up",
    );
  return {
    ...record.inputs,
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
  };
}

/** Before and during a rollout the candidate is judged, afterwards the slot that is live. */
function slotUnderTest(record: SwitchRecord, groups: ReadonlySet<Group>): Colour {
  const afterwards = groups.has("watch") || groups.has("rollback");
  return afterwards ? record.live : other(record.live);
}

function incidentOf(options: Options, name: string): CheckContext["incident"] {
  return { file: options.incident ?? `incident-${name}.md`, evidence: options.evidence };
}

async function readRecord(stack: string, options: Options, around: Terminal): Promise<SwitchRecord> {
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

async function readRelease(path: string, { readFile }: Terminal): Promise<ReleaseRecord> {
  const next =
    "npm run check -- preflight --record FILE (YAML or JSON, as under release in the stack config)";
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    throw new UsageError(`the record ${path} cannot be read: ${(error as Error).message}`, next);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new UsageError(`the record ${path} is neither YAML nor JSON: ${(error as Error).message}`, next);
  }
  const parsed = releaseRecord.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UsageError(`the record ${path} is not valid: ${problems.join("; ")}`, next);
}
