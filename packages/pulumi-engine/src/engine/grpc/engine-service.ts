import grpc from "@grpc/grpc-js";
import type { IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Severity } from "../provider.ts";

/** A line that a program or a provider sent to be shown. */
export interface Said {
  severity: Severity;
  message: string;
  /** Empty: not about one resource. */
  urn: string;
  /** A status that the next one takes the place of. */
  ephemeral: boolean;
}

const SEVERITIES: Record<number, Severity> = {
  [messages.LogSeverity.DEBUG]: "debug",
  [messages.LogSeverity.INFO]: "info",
  [messages.LogSeverity.WARNING]: "warning",
  [messages.LogSeverity.ERROR]: "error",
};

/** Pulumi's Engine service: what programs and plugins have to say. */
export function engineService(onLog: (said: Said) => void): IEngineServer {
  let root = "";
  const refuse: IEngineServer["startDebugging"] = (_, callback) =>
    callback({ code: grpc.status.UNIMPLEMENTED, details: "This engine has no debugger." });
  return {
    log: (call, callback) => {
      const request = call.request;
      onLog({
        severity: SEVERITIES[request.getSeverity()] ?? "info",
        message: request.getMessage(),
        urn: request.getUrn(),
        ephemeral: request.getEphemeral(),
      });
      callback(null, new empty.Empty());
    },
    getRootResource: (_, callback) => callback(null, new messages.GetRootResourceResponse().setUrn(root)),
    setRootResource: (call, callback) => {
      root = call.request.getUrn();
      callback(null, new messages.SetRootResourceResponse());
    },
    startDebugging: refuse,
    requirePulumiVersion: (_, callback) => callback(null, new messages.RequirePulumiVersionResponse()),
  };
}
