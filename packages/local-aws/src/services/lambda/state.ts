import type { ChildProcess } from "node:child_process";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Tags } from "../../tags.ts";
import type { Origin } from "../ec2/index.ts";

/** A function as GetFunctionConfiguration shows it; `reserved` is its concurrency, null: as much as there is. */
export interface HeldFunction {
  live: FunctionConfiguration & { FunctionName: string; FunctionArn: string };
  /** Folder with the function's files. */
  readonly folder: string;
  /** Of its resource policy, by id. */
  readonly statements: Map<string, object>;
  reserved: number | null;
}

/** What functions run with, and whom they are heard by. */
export interface LambdaOptions {
  readonly ids: Ids;
  readonly folder: string;
  /** What every function gets besides its own variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, and what says that it goes when this process does, even when this process is killed. */
  readonly mark: Readonly<Record<string, string>>;
  /** Ports of this machine that nothing is reached at from there; null: outside of every VPC. */
  readonly closedTo: (from: Origin) => readonly number[];
  /** The VPC of a subnet. Throws where there is no such subnet. */
  readonly vpcOfSubnet: (id: string) => string;
  readonly log: (group: string, line: string) => void;
  /** Hears of an invocation that nobody waits for and that failed. */
  readonly onFailure: (name: string, result: string) => void;
}

/** Everything Lambda holds; `running` are the processes of invocations under way. */
export interface State {
  readonly options: LambdaOptions;
  readonly tags: Tags;
  /** By name. */
  readonly functions: Map<string, HeldFunction>;
  readonly running: Set<ChildProcess>;
  closed: boolean;
}

/** The name in a name, a partial ARN or an ARN. */
export const nameOf = (ref: string | undefined) =>
  (ref ?? "").split(":function:").at(-1)?.split(":")[0] ?? "";

/** The function of a name, a partial ARN or an ARN. Throws ResourceNotFoundException. */
export function functionOf({ functions }: State, ref: string | undefined): HeldFunction {
  const found = functions.get(nameOf(ref));
  if (found) return found;
  const missing = arn("lambda", `function:${nameOf(ref)}`);
  throw new AwsError("ResourceNotFoundException", `Function not found: ${missing}`, 404);
}
