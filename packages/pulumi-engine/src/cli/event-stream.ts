import grpc from "@grpc/grpc-js";
import eventServices, { type IEventsServer } from "@pulumi/pulumi/proto/events_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { bindLoopback } from "../engine/grpc/bind.ts";
import { CHANNEL_OPTIONS } from "../engine/grpc/limits.ts";
import type { CliEvent } from "./events.ts";

/** Where the CLI sends its events as they happen. */
export interface EventStream {
  /** For `--event-log`. */
  address: string;
  close(): void;
}

/** Hears the events of one CLI on a free loopback port; all have been heard before that CLI ends by itself. */
export async function hearEvents(onEvent: (event: CliEvent) => void): Promise<EventStream> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  const service: IEventsServer = {
    streamEvents(call, callback) {
      call.on("data", (request: { getEvent(): string }) =>
        onEvent(JSON.parse(request.getEvent()) as CliEvent),
      );
      // A CLI that was killed has nothing more to say.
      call.on("error", () => undefined);
      call.on("end", () => callback(null, new empty.Empty()));
    },
  };
  server.addService(eventServices.EventsService, service);
  const port = await bindLoopback(server);
  return { address: `tcp://127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
