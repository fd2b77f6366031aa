import grpc from "@grpc/grpc-js";
import engineServices, { type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import resourceServices, { type IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { bindLoopback } from "./bind.ts";
import { CHANNEL_OPTIONS } from "./limits.ts";

/** A server of gRPC that is open on the loopback interface. */
export interface Listening {
  /** `127.0.0.1:PORT` */
  address: string;
  close: () => void;
}

/** Serves both services on a free loopback port. */
export async function listen(engine: IEngineServer, monitor?: IResourceMonitorServer): Promise<Listening> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  server.addService(engineServices.EngineService, engine);
  if (monitor) server.addService(resourceServices.ResourceMonitorService, monitor);
  const port = await bindLoopback(server);
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
