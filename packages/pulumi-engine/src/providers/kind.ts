import type { Unwrap } from "@pulumi/pulumi";
import { isCode } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import type { Fault, Field, Values } from "./fields.ts";

/** What a resource's functions work with besides their values. */
export interface Tools {
  aws: Clients;
  region: string;
  /** The resource's logical name. */
  logicalName: string;
  /** A line for the resource's progress. */
  log: (line: string) => void;
  now: () => number;
  /** Rejects when the operation is cancelled. */
  sleep: (ms: number) => Promise<void>;
  /** How long to wait between two looks at something that takes time, in ms. */
  pollMs: number;
  /** The resource's own limit for waiting, in ms; left out, each wait has its own. */
  timeoutMs?: number | undefined;
  /** 0 to 1. */
  random: () => number;
  /** Where relative paths of assets start. */
  projectFolder: string;
}

/** The arguments of a resource with every value known. */
export type Plain<Args> = Unwrap<Args>;
/** Tags by key. */
export type Tags = Record<string, string>;

/** How a resource is named whose program gives no name. */
export interface Naming {
  /** The property that holds the name, e.g. `name`. */
  property: string;
  /** The property that holds a wanted beginning, where the type has one. */
  prefix?: string;
  /** Longest name that AWS takes. */
  max: number;
  lower?: boolean;
  /** What a generated name ends in, e.g. `.fifo`. */
  suffix?: string;
}

interface Update<A> {
  /** The live resource's outputs before the change. */
  state: Values;
  inputs: A;
  oldInputs: A;
  /** Whether one of these properties changed. */
  changed: (...properties: (keyof A & string)[]) => boolean;
}

/** One resource type: Pulumi's names on one side, calls of the AWS SDK on the other. */
export interface KindSpec<A> {
  type: string;
  fields: { [K in keyof A]?: Field };
  required?: readonly (keyof A & string)[];
  /** Properties whose change needs a new resource. */
  forceNew?: readonly (keyof A & string)[];
  defaults?: Partial<{ [K in keyof A]: unknown }>;
  naming?: Naming;
  /** IAM, Route 53 and other global services have no `region` property. */
  global?: boolean;
  /** Input properties that are secret whatever the program says. */
  secret?: readonly (keyof A & string)[];
  /** Two of these can exist side by side only under different names, so a replacement deletes first. */
  deleteBeforeReplace?: boolean;
  /** Faults that lie between properties; asked once every value is known. */
  faults?: (inputs: Partial<A>) => Fault[];
  /** Makes it and answers its id. `inputs.tags` holds the provider's default tags too. */
  create: (tools: Tools, inputs: A) => Promise<string>;
  /** What a new resource needs besides its first call; when this fails the resource exists, and state says so. */
  configure?: (tools: Tools, id: string, inputs: A) => Promise<void>;
  /** Waits until a made or changed resource does what it is for; throws the reason when it does not. */
  settle?: (tools: Tools, id: string, inputs: A, state: Values) => Promise<void>;
  /** The live values under Pulumi's names (`tags`: all of them); undefined when it is gone. `state`: what was known. */
  read: (tools: Tools, id: string, state: Values) => Promise<Values | undefined>;
  update?: (tools: Tools, id: string, update: Update<A>) => Promise<void>;
  retag?: (tools: Tools, state: Values, set: Tags, removed: string[]) => Promise<void>;
  /** Deletes it; an error that says it is gone already is no error, see `gone`. */
  remove: (tools: Tools, id: string, state: Values) => Promise<void>;
  /** AWS codes that mean "not there". */
  gone?: readonly string[];
}

/** A resource type as the registry holds it, without its argument type: its fields alone say what its values are. */
export type Kind = KindSpec<Values>;

/** A resource type checked against its argument type in @pulumi/aws: names and value types cannot drift from it. */
export const kind = <Args>(spec: KindSpec<Plain<Args>>): Kind => spec as unknown as Kind;

/**
 * Asks again while AWS answers one of `codes`: a role that a second ago did not exist, a target group still held by a
 * listener that is being deleted. Gives up after `forMs`.
 */
export async function patiently<T>(
  tools: Tools,
  codes: readonly string[],
  ask: () => Promise<T>,
  forMs = 120_000,
): Promise<T> {
  const until = tools.now() + (tools.timeoutMs ?? forMs);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isCode(error, ...codes) || tools.now() >= until) throw error;
    }
    await tools.sleep(tools.pollMs);
  }
}

/** Looks until `look` answers something else than undefined; throws `late` after `forMs`. */
export async function awaited<T>(
  tools: Tools,
  look: () => Promise<T | undefined>,
  late: () => string,
  forMs: number,
): Promise<T> {
  const until = tools.now() + (tools.timeoutMs ?? forMs);
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (tools.now() >= until) throw new Error(late());
    await tools.sleep(tools.pollMs);
  }
}
