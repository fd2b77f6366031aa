import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";

// Pulumi ships its generated protocol code as CommonJS.
const require = createRequire(import.meta.url);
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/engine_pb.js");

/** Puts a line on a resource's line, by the engine's own log call; resolves when the engine has taken it. */
export type Say = (urn: string, text: string, ephemeral: boolean) => Promise<void>;

export function connectEngine(address: string): Say {
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  return (urn, text, ephemeral) => {
    const request = new messages.LogRequest();
    request.setSeverity(messages.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    return new Promise((resolve, reject) => {
      client.log(request, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  };
}
