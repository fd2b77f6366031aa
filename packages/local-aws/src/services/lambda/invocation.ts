import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import { functionKey } from "../../names.ts";
import type { Handler } from "../../service.ts";
import type { Origin } from "../ec2/index.ts";
import { type HeldFunction, type State, functionOf } from "./state.ts";

interface Ended {
  readonly result: string;
  readonly failed: boolean;
}

/** Where a function's requests come from. */
function originOf({ VpcConfig }: HeldFunction["live"]): Origin {
  const { SubnetIds: subnets = [], SecurityGroupIds: groups = [] } = VpcConfig ?? {};
  return subnets.length === 0 ? null : { subnets, groups };
}

/** How long an invocation may take, in milliseconds. */
const timeoutMsOf = ({ Timeout }: HeldFunction["live"]) => (Timeout ?? 3) * 1_000;

/** Starts the process of one invocation. */
function start({ options }: State, { live, folder }: HeldFunction): ChildProcess {
  const runner = fileURLToPath(new URL("runner.ts", import.meta.url));
  return spawn(
    process.execPath,
    [runner, folder, live.Handler ?? "index.handler", String(timeoutMsOf(live))],
    {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        ...options.environment,
        AWS_ACCESS_KEY_ID: functionKey,
        ...live.Environment?.Variables,
        AWS_LAMBDA_FUNCTION_NAME: live.FunctionName,
        LOCAL_AWS_CLOSED: options.closedTo(originOf(live)).join(),
        ...options.mark,
      },
    },
  );
}

/** Runs a function once; resolves when its process has ended. */
async function run(state: State, held: HeldFunction, event: unknown): Promise<Ended> {
  const { live } = held;
  const child = start(state, held);
  state.running.add(child);
  const limit = setTimeout(() => child.kill("SIGKILL"), timeoutMsOf(live));
  let result = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => logLines(state, held, chunk.toString("utf8")));
  child.stdio[3]?.on("data", (chunk: Buffer) => (result += chunk.toString("utf8")));
  child.stdin?.on("error", () => undefined); // a function that died at once reads nothing; its exit code tells
  child.stdin?.end(JSON.stringify(event));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(limit);
  state.running.delete(child);
  return {
    result: result || JSON.stringify({ errorMessage: `the function exited with ${code}` }),
    failed: code !== 0,
  };
}

function logLines({ options }: State, { live }: HeldFunction, text: string): void {
  for (const line of text.split("\n")) if (line !== "") options.log(`/aws/lambda/${live.FunctionName}`, line);
}

/** Runs a function for nobody who waits; only its failure is heard of. */
export function runAndForget(state: State, held: HeldFunction, event: object): void {
  void run(state, held, event).then(({ result, failed }) => {
    if (failed && !state.closed) state.options.onFailure(held.live.FunctionName, result);
  });
}

/** The operation that calls a function. */
export function invocation(state: State): Record<string, Handler> {
  return {
    async Invoke(input: InvokeCommandInput) {
      const held = functionOf(state, input.FunctionName);
      const event: unknown = JSON.parse(
        Buffer.from((input.Payload ?? []) as Uint8Array).toString("utf8") || "{}",
      );
      if (input.InvocationType === "Event") {
        runAndForget(state, held, event as object);
        return { StatusCode: 202 };
      }
      const { result, failed } = await run(state, held, event);
      return {
        StatusCode: 200,
        ExecutedVersion: "$LATEST",
        Payload: Buffer.from(result),
        ...(failed ? { FunctionError: "Unhandled" } : {}),
      };
    },
  };
}
