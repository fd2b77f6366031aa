import grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";
import type { ProviderLog } from "../../engine/provider.ts";

/** What a provider says goes to the engine at this address, on the line of the resource at work. */
export function engineLog(address: string): ProviderLog {
  const client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  return (message, { urn, severity = "info", ephemeral = false }) => {
    const request = new messages.LogRequest()
      .setMessage(message)
      .setUrn(urn ?? "")
      .setEphemeral(ephemeral)
      .setSeverity(messages.LogSeverity[severity.toUpperCase() as "INFO"]);
    client.log(request, (error) => {
      // An engine that is gone hears nothing any more; its work is over too.
      if (error) process.stderr.write(`the engine did not take a log line: ${error.message}\n`);
    });
  };
}
