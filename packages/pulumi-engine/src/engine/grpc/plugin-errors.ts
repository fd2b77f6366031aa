import grpc, { type ServiceError } from "@grpc/grpc-js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import { PartialFailure } from "../provider.ts";
import { fromStruct } from "./struct.ts";

/** Codes that say the answer was lost, not that the plugin refused. */
const LOST = new Set([grpc.status.UNAVAILABLE, grpc.status.CANCELLED]);

/** Whether a call's answer was lost: the plugin may have done what it was asked, or not. False for what is no error of gRPC. */
export function isLost(error: unknown): boolean {
  return LOST.has((error as Partial<ServiceError>).code ?? grpc.status.OK);
}

/** Whether the plugin says that it does not have the method. */
export function isUnimplemented(error: unknown): boolean {
  return (error as Partial<ServiceError>).code === grpc.status.UNIMPLEMENTED;
}

/** The failure that a plugin's error stands for: a partial one when its details say so, else its message. */
export function failureFrom(error: unknown): Error {
  const { details, metadata } = error as Partial<ServiceError>;
  const message = details ?? (error instanceof Error ? error.message : String(error));
  for (const detail of metadata?.get("grpc-status-details-bin") ?? []) {
    const half = partialFailure(Buffer.from(detail as Buffer), message);
    if (half) return half;
  }
  return new Error(message, { cause: error });
}

function partialFailure(bytes: Buffer, message: string): PartialFailure | undefined {
  const status = statuses.Status.deserializeBinary(bytes);
  const wanted = "pulumirpc.ErrorResourceInitFailed";
  const detail = status.getDetailsList().find((any) => any.getTypeName() === wanted);
  if (!detail) return undefined;
  const half = providerMessages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  const reasons = half.getReasonsList();
  return new PartialFailure({
    id: half.getId(),
    outputs: fromStruct(half.getProperties()),
    reasons,
    message: [message, ...reasons.filter((reason) => !message.includes(reason))].filter(Boolean).join("\n"),
  });
}
