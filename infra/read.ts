import * as pulumi from "@pulumi/pulumi";
import { awsProblems, regionMissing, tagsIn } from "./aws-config.ts";
import { type HubConfig, ConfigError, configKeys, parseConfig, typed } from "./config.ts";
import { type Hidden, hiddenIn } from "./hidden.ts";
import { namesOf } from "./stack-names.ts";

/** Where and as whom the stack is deployed. */
export interface Place {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly profile: string | undefined;
  /** That every resource gets; left out: none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The only reader of the stack config. Throws pulumi.RunError with every problem at once, before anything is registered. */
export function readConfig(): { config: HubConfig; place: Place; hidden: Hidden } {
  const project = pulumi.getProject();
  const own = new pulumi.Config(project);
  const aws = new pulumi.Config("aws");
  const problems: string[] = [];
  const region = aws.get("region");
  if (region === undefined) problems.push(regionMissing);
  problems.push(...awsProblems(keysOf("aws")));
  const given = [...configKeys, ...unknownKeys(project)].flatMap((key) => {
    const text = own.get(key);
    return text === undefined ? [] : [[key, text] as const];
  });
  const stack = pulumi.getStack();
  problems.push(...nameProblems(project, stack));
  let config: HubConfig | null = null;
  const secret = secretKeys().map((key) => key.slice(project.length + 1));
  try {
    config = parseConfig(Object.fromEntries(given), secret);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  if (config === null || region === undefined || problems.length > 0)
    throw new pulumi.RunError(new ConfigError(problems).message);
  const hidden = hiddenIn(given.flatMap(([key, text]) => (secret.includes(key) ? [typed(text)] : [])));
  const tags = tagsIn(typed(aws.get("defaultTags")));
  return { config, place: { project, stack, region, profile: aws.get("profile"), tags }, hidden };
}

/** Names of project and stack are parts of names in AWS: a function's has 64 characters at most, and it and a dashboard's take no dot. */
function nameProblems(project: string, stack: string): string[] {
  const { guardian } = namesOf({ project, stack });
  const most = 64;
  return [
    ...(guardian.length > most
      ? [
          `project ${project} and stack ${stack}: "${guardian}" has ${guardian.length} characters, and the name of a Lambda function ${most} at most. Take a shorter stack: pulumi stack init NAME`,
        ]
      : []),
    ...(guardian.includes(".")
      ? [
          `project ${project} and stack ${stack}: the names of a function and a dashboard take no dot. Take a stack without one: pulumi stack init NAME`,
        ]
      : []),
  ];
}

/** Keys of the project's namespace that the schema does not know: they are problems too. */
const unknownKeys = (project: string): string[] =>
  keysOf(project).filter((key) => !(configKeys as string[]).includes(key));

/** Keys of a namespace, without it. */
function keysOf(namespace: string): string[] {
  const all = Object.keys(pulumi.runtime.allConfig());
  return all.filter((key) => key.startsWith(`${namespace}:`)).map((key) => key.slice(namespace.length + 1));
}

/** Whole keys whose values nobody may read in a message: the engine tells the program in this variable. */
function secretKeys(): string[] {
  return JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];
}
