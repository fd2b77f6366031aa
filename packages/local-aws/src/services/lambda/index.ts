import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  AddPermissionCommandInput,
  CreateFunctionCommandInput,
  FunctionConfiguration,
  InvokeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags, fromMap } from "../../tags.ts";
import { unzip } from "./unzip.ts";

interface Held {
  live: FunctionConfiguration & { FunctionName: string; FunctionArn: string };
  /** Folder with the function's files. */
  readonly folder: string;
  readonly statements: Map<string, object>;
  reserved: number | null;
}

export interface Lambda extends Service {
  /** Runs a function and forgets about it, as EventBridge does. */
  invokeAsync(ref: string, event: object): void;
}

export interface LambdaOptions {
  readonly ids: Ids;
  readonly folder: string;
  /** What every function gets besides its own variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, and what says that it goes when this process does, even when this process is killed. */
  readonly mark: Readonly<Record<string, string>>;
  readonly log: (group: string, line: string) => void;
  /** Hears of an invocation that nobody waits for and that failed. */
  readonly onFailure: (name: string, result: string) => void;
}

/** Where this repository has the AWS SDK, which is part of Lambda's own runtime. */
const sdk = fileURLToPath(import.meta.resolve("@aws-sdk/client-lambda")).replace(
  /([\\/]node_modules[\\/]@aws-sdk)[\\/].*$/,
  "$1",
);

/** Lambda: each invocation is a process of its own. */
export function lambda({ ids, folder, environment, mark, log, onFailure }: LambdaOptions): Lambda {
  const functions = new Map<string, Held>();
  const running = new Set<ChildProcess>();
  const tags = new Tags();
  const nameOf = (ref: string | undefined) => (ref ?? "").split(":function:").at(-1)?.split(":")[0] ?? "";
  const functionOf = (ref: string | undefined): Held => {
    const found = functions.get(nameOf(ref));
    if (!found)
      throw new AwsError(
        "ResourceNotFoundException",
        `Function not found: ${arn("lambda", `function:${nameOf(ref)}`)}`,
        404,
      );
    return found;
  };
  const store = async (held: { folder: string }, zip: Uint8Array | undefined) => {
    if (!zip)
      throw new AwsError(
        "InvalidParameterValueException",
        "The local AWS takes functions as zip files in the request only.",
      );
    await rm(held.folder, { recursive: true, force: true });
    await provideSdk(join(held.folder, "node_modules"));
    for (const { path, bytes } of unzip(zip)) {
      await mkdir(join(held.folder, path, ".."), { recursive: true });
      await writeFile(join(held.folder, path), bytes);
    }
    return { CodeSha256: createHash("sha256").update(zip).digest("base64"), CodeSize: zip.length };
  };
  const run = (held: Held, event: unknown): Promise<{ result: string; failed: boolean }> => {
    const { live } = held;
    const child = spawn(
      process.execPath,
      [new URL("runner.ts", import.meta.url).pathname, held.folder, live.Handler ?? "index.handler"],
      {
        stdio: ["pipe", "pipe", "pipe", "pipe"],
        env: {
          PATH: process.env["PATH"],
          ...environment,
          ...live.Environment?.Variables,
          AWS_LAMBDA_FUNCTION_NAME: live.FunctionName,
          ...mark,
        },
      },
    );
    running.add(child);
    const limit = setTimeout(() => child.kill("SIGKILL"), (live.Timeout ?? 3) * 1_000);
    let result = "";
    const group = `/aws/lambda/${live.FunctionName}`;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        for (const line of chunk.toString("utf8").split("\n")) if (line !== "") log(group, line);
      });
    child.stdio[3]?.on("data", (chunk: Buffer) => (result += chunk.toString("utf8")));
    child.stdin?.on("error", () => undefined); // a function that died at once reads nothing; its exit code tells
    child.stdin?.end(JSON.stringify(event));
    return new Promise((resolve) => {
      child.on("close", (code) => {
        clearTimeout(limit);
        running.delete(child);
        resolve({
          result: result || JSON.stringify({ errorMessage: `the function exited with ${code}` }),
          failed: code !== 0,
        });
      });
    });
  };
  let closed = false;
  const forget = (held: Held, event: object): void => {
    void run(held, event).then(({ result, failed }) => {
      if (failed && !closed) onFailure(held.live.FunctionName, result);
    });
  };
  return {
    signingName: "lambda",
    protocol: "rest-json",
    shapes: () => import("@aws-sdk/client-lambda"),
    invokeAsync(ref, event) {
      const held = functions.get(nameOf(ref));
      if (held) forget(held, event);
    },
    close() {
      closed = true;
      for (const child of running) child.kill("SIGKILL");
    },
    handlers: {
      async CreateFunction(input: CreateFunctionCommandInput, call: Call) {
        const name = input.FunctionName ?? "";
        if (functions.has(name))
          throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
        const place = join(folder, "functions", name);
        const code = await store({ folder: place }, input.Code?.ZipFile);
        const { Code: _, Tags: given, Publish: __, ...rest } = input;
        const FunctionArn = arn("lambda", `function:${name}`);
        const live = {
          MemorySize: 128,
          Timeout: 3,
          PackageType: "Zip",
          Architectures: ["x86_64"],
          EphemeralStorage: { Size: 512 },
          TracingConfig: { Mode: "PassThrough" },
          ...rest,
          ...code,
          FunctionName: name,
          FunctionArn,
          Version: "$LATEST",
          State: "Active",
          LastUpdateStatus: "Successful",
          LastModified: new Date(call.now).toISOString(),
          RevisionId: ids.uuid(),
        } as Held["live"];
        functions.set(name, { live, folder: place, statements: new Map(), reserved: null });
        tags.set(FunctionArn, fromMap(given));
        return live;
      },
      GetFunction(input: { FunctionName?: string }) {
        const { live, reserved } = functionOf(input.FunctionName);
        return {
          Configuration: live,
          Code: { RepositoryType: "S3", Location: "local" },
          Tags: tags.map(live.FunctionArn),
          ...(reserved === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
        };
      },
      GetFunctionConfiguration: (input: { FunctionName?: string }) => functionOf(input.FunctionName).live,
      async UpdateFunctionCode(input: { FunctionName?: string; ZipFile?: Uint8Array }) {
        const held = functionOf(input.FunctionName);
        Object.assign(held.live, await store(held, input.ZipFile));
        return held.live;
      },
      UpdateFunctionConfiguration(input: UpdateFunctionConfigurationCommandInput) {
        const held = functionOf(input.FunctionName);
        const given = Object.entries(input).filter(
          ([key, value]) => key !== "FunctionName" && value !== undefined,
        );
        held.live = { ...held.live, ...Object.fromEntries(given) };
        return held.live;
      },
      DeleteFunction(input: { FunctionName?: string }) {
        functions.delete(functionOf(input.FunctionName).live.FunctionName);
        return {};
      },
      async Invoke(input: InvokeCommandInput) {
        const held = functionOf(input.FunctionName);
        const event: unknown = JSON.parse(
          Buffer.from((input.Payload ?? []) as Uint8Array).toString("utf8") || "{}",
        );
        if (input.InvocationType === "Event") {
          forget(held, event as object);
          return { StatusCode: 202 };
        }
        const { result, failed } = await run(held, event);
        return {
          StatusCode: 200,
          ExecutedVersion: "$LATEST",
          Payload: Buffer.from(result),
          ...(failed ? { FunctionError: "Unhandled" } : {}),
        };
      },
      AddPermission(input: AddPermissionCommandInput) {
        const held = functionOf(input.FunctionName);
        if (held.statements.has(input.StatementId ?? ""))
          throw new AwsError(
            "ResourceConflictException",
            `The statement id (${input.StatementId}) provided already exists.`,
            409,
          );
        const statement = {
          Sid: input.StatementId,
          Effect: "Allow",
          Principal: { Service: input.Principal },
          Action: input.Action,
          Resource: held.live.FunctionArn,
          ...(input.SourceArn === undefined
            ? {}
            : { Condition: { ArnLike: { "AWS:SourceArn": input.SourceArn } } }),
        };
        held.statements.set(input.StatementId ?? "", statement);
        return { Statement: JSON.stringify(statement) };
      },
      RemovePermission(input: { FunctionName?: string; StatementId?: string }) {
        if (!functionOf(input.FunctionName).statements.delete(input.StatementId ?? ""))
          throw new AwsError(
            "ResourceNotFoundException",
            `Statement ${input.StatementId} is not found in resource policy.`,
            404,
          );
        return {};
      },
      GetPolicy(input: { FunctionName?: string }) {
        const { statements } = functionOf(input.FunctionName);
        if (statements.size === 0)
          throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
        return {
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Id: "default",
            Statement: [...statements.values()],
          }),
          RevisionId: "1",
        };
      },
      PutFunctionConcurrency(input: { FunctionName?: string; ReservedConcurrentExecutions?: number }) {
        functionOf(input.FunctionName).reserved = input.ReservedConcurrentExecutions ?? null;
        return { ReservedConcurrentExecutions: input.ReservedConcurrentExecutions };
      },
      DeleteFunctionConcurrency(input: { FunctionName?: string }) {
        functionOf(input.FunctionName).reserved = null;
        return {};
      },
      ListVersionsByFunction: (input: { FunctionName?: string }) => ({
        Versions: [functionOf(input.FunctionName).live],
      }),
      TagResource(input: { Resource?: string; Tags?: Record<string, string> }) {
        tags.set(input.Resource ?? "", fromMap(input.Tags));
        return {};
      },
      UntagResource(input: { Resource?: string; TagKeys?: string[] }) {
        tags.remove(input.Resource ?? "", input.TagKeys);
        return {};
      },
      ListTags: (input: { Resource?: string }) => ({ Tags: tags.map(input.Resource ?? "") }),
    },
  };
}

/** A function finds the SDK as on Lambda: without bringing it along. */
async function provideSdk(modules: string): Promise<void> {
  await mkdir(modules, { recursive: true });
  await symlink(sdk, join(modules, "@aws-sdk"), "dir");
}
