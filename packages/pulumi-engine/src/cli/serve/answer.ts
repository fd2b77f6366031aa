import grpc, { type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { toStruct } from "../../engine/grpc/struct.ts";
import { PartialFailure } from "../../engine/provider.ts";

/** Answers a call with what `work` gives; what it throws goes to the engine as Pulumi's own servers send it. */
export function answer<Request, Response>(
  work: (request: Request) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  const respond = async (request: Request, callback: sendUnaryData<Response>): Promise<void> => {
    let response: Response;
    try {
      response = await work(request);
    } catch (error) {
      callback(serviceError(error));
      return;
    }
    callback(null, response);
  };
  return ({ request }, callback) => void respond(request, callback);
}

/** A partial failure carries what became of the resource in the details of its status. */
function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  if (!(error instanceof PartialFailure)) return { code: grpc.status.UNKNOWN, details };
  const half = new messages.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.outputs))
    .setReasonsList(error.reasons);
  const packed = new any.Any();
  packed.pack(half.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statuses.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(details);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}
