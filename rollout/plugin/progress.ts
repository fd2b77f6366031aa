import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";

// Pulumi ships its generated protocol code as CommonJS.
const require = createRequire(import.meta.url);
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/engine_pb.js");

type Severity = "debug" | "info" | "warning" | "error";

/** Puts lines on a resource's line in Pulumi's output, through the engine's own log call: stdout is not shown. */
export interface Progress {
  /** @param fleeting only a status, replaced by the next line */
  say(urn: string, text: string, options?: { fleeting?: boolean; severity?: Severity }): void;
  /** Resolves when the engine has taken every line. */
  flush(): Promise<void>;
}

/** @param engineAddress host:port, the plugin's last argument; undefined when it is attached to later */
export function connectProgress(engineAddress: string | undefined): Progress {
  if (engineAddress === undefined) return { say: () => undefined, flush: () => Promise.resolve() };
  const client = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  let last: Promise<void> = Promise.resolve();
  return {
    say(urn, text, { fleeting = false, severity = "info" } = {}) {
      last = last.then(() => send(client, line(urn, text, fleeting, severity)));
    },
    flush: () => last,
  };
}

function line(urn: string, text: string, fleeting: boolean, severity: Severity): LogRequest {
  const request = new messages.LogRequest();
  request.setSeverity(messages.LogSeverity[severity.toUpperCase()]);
  request.setMessage(text);
  request.setUrn(urn);
  request.setEphemeral(fleeting);
  return request;
}

/** An engine that is gone takes no lines; the rollout goes on without them, and stderr tells. */
function send(
  client: { log(request: LogRequest, done: (error: Error | null) => void): void },
  request: LogRequest,
): Promise<void> {
  return new Promise((resolve) => {
    client.log(request, (error) => {
      if (error) process.stderr.write(`the engine did not take a log line: ${error.message}\n`);
      resolve();
    });
  });
}
