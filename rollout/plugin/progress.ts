import { createRequire } from "node:module";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import type { Engine } from "./engine.ts";

// Pulumi ships its generated protocol code as CommonJS.
const messages = createRequire(import.meta.url)("@pulumi/pulumi/proto/engine_pb.js");

type Severity = "debug" | "info" | "warning" | "error";

/** Puts lines on a resource's line in Pulumi's output, through the engine's own log call: stdout is not shown. */
export interface Progress {
  /** @param fleeting only a status, replaced by the next line */
  say(urn: string, text: string, options?: { fleeting?: boolean; severity?: Severity }): void;
  /** Resolves when the engine has taken every line. */
  flush(): Promise<void>;
}

/** @param engine null when it is attached to later: then nobody hears the lines */
export function tellProgress(engine: Engine | null): Progress {
  if (engine === null) return { say: () => undefined, flush: () => Promise.resolve() };
  let last: Promise<void> = Promise.resolve();
  return {
    say(urn, text, { fleeting = false, severity = "info" } = {}) {
      last = last.then(() => send(engine, line(urn, text, fleeting, severity)));
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
function send(engine: Engine, request: LogRequest): Promise<void> {
  return new Promise((resolve) => {
    engine.log(request, (error) => {
      if (error) process.stderr.write(`the engine did not take a log line: ${error.message}\n`);
      resolve();
    });
  });
}
