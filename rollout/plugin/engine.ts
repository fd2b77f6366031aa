import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";

// Pulumi ships its generated protocol code as CommonJS.
const { EngineClient } = createRequire(import.meta.url)("@pulumi/pulumi/proto/engine_grpc_pb.js");

/** The engine that started this plugin, as the plugin calls it back. */
export interface Engine {
  log(request: LogRequest, done: (error: Error | null) => void): void;
  getChannel(): grpc.Channel;
}

/** @param address host:port, the plugin's last argument; undefined when an engine is attached to later */
export function connectEngine(address: string | undefined): Engine | null {
  return address === undefined ? null : new EngineClient(address, grpc.credentials.createInsecure());
}
