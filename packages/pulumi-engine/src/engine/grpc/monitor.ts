import grpc, { type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import type { IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { construct } from "../construct.ts";
import type { Deployment } from "../deployment.ts";
import type { Registered } from "../goal.ts";
import { invoke } from "../invoke.ts";
import { Halted } from "../run.ts";
import { goalFrom } from "./goal.ts";
import { fromStruct, toStruct } from "./struct.ts";

/**
 * What of the optional protocol this engine speaks. The SDK refuses, in its own words, what is missing here:
 * transforms, hooks, parameterized packages.
 */
const FEATURES = new Set(["secrets", "resourceReferences", "outputValues", "deletedWith", "aliasSpecs"]);

/** What a resource monitor serves, and whom it tells of the end. */
export interface MonitorOptions {
  deployment: Deployment;
  /** The address of this monitor, for providers whose components register children over the wire. */
  address: () => string;
  /** The program said that it is done; answers when all that follows from it is done too. */
  onDone: () => Promise<void>;
}

/** Pulumi's ResourceMonitor service, in front of a deployment. */
export function monitorService({ deployment, address, onDone }: MonitorOptions): IResourceMonitorServer {
  return {
    getDeploymentInfo: unsupported("GetDeploymentInfo"),
    supportsFeature: answer(async (request: InstanceType<typeof messages.SupportsFeatureRequest>) =>
      new messages.SupportsFeatureResponse().setHassupport(FEATURES.has(request.getId())),
    ),
    registerResource: answer(async (request: InstanceType<typeof messages.RegisterResourceRequest>) => {
      const goal = refused(deployment, () => goalFrom(request));
      const made = request.getRemote()
        ? await construct(deployment, goal, address())
        : await deployment.register(goal);
      return registration(made);
    }),
    registerResourceOutputs: answer(
      async (request: InstanceType<typeof messages.RegisterResourceOutputsRequest>) => {
        await deployment.registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
        return new empty.Empty();
      },
    ),
    readResource: answer(async (request: InstanceType<typeof messages.ReadResourceRequest>) => {
      const found = await deployment.read(readGoal(request));
      return new messages.ReadResourceResponse().setUrn(found.urn).setProperties(toStruct(found.outputs));
    }),
    invoke: answer(async (request: InstanceType<typeof messages.ResourceInvokeRequest>) => {
      const args = fromStruct(request.getArgs());
      const result = await invoke(deployment, request.getTok(), args, request.getProvider() || undefined);
      const response = new messages.ResourceInvokeResponse().setReturn(toStruct(result.return ?? {}));
      const failures = (result.failures ?? []).map(({ property, reason }) =>
        new providerMessages.CheckFailure().setProperty(property).setReason(reason),
      );
      return response.setFailuresList(failures);
    }),
    signalAndWaitForShutdown: answer(async () => {
      await onDone();
      return new empty.Empty();
    }),
    call: answer(async (request: InstanceType<typeof messages.ResourceCallRequest>) => {
      throw new NotSupported(`The method ${request.getTok()} of a resource`);
    }),
    existsResource: answer(async (request: InstanceType<typeof messages.ExistsResourceRequest>) => {
      throw new NotSupported(`Asking whether ${request.getType()} "${request.getId()}" exists`);
    }),
    registerStackTransform: unsupported("RegisterStackTransform"),
    registerStackInvokeTransform: unsupported("RegisterStackInvokeTransform"),
    registerResourceHook: unsupported("RegisterResourceHook"),
    registerErrorHook: unsupported("RegisterErrorHook"),
    registerPackage: answer(async (request: InstanceType<typeof messages.RegisterPackageRequest>) => {
      throw new NotSupported(`The parameterized package ${request.getName()}`);
    }),
  };
}

/**
 * Answers a call with what `work` gives. A call whose work was halted stays unanswered: the program waits, and is ended
 * with the run, instead of failing in a hundred places over one error that the user has been told already.
 */
function answer<Request, Response>(
  work: (request: Request) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  const respond = async (
    { request }: { request: Request },
    callback: sendUnaryData<Response>,
  ): Promise<void> => {
    let response: Response;
    try {
      response = await work(request);
    } catch (error) {
      if (!(error instanceof Halted)) callback(serviceError(error));
      return;
    }
    callback(null, response);
  };
  return (call, callback) => void respond(call, callback);
}

function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const code = error instanceof NotSupported ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN;
  return { code, details: error instanceof Error ? error.message : String(error) };
}

class NotSupported extends Error {
  constructor(what: string) {
    super(`${what} is not supported by this engine; run the program with the Pulumi CLI.`);
  }
}

function unsupported(call: string): (call: unknown, callback: sendUnaryData<never>) => void {
  return (_, callback) => callback(serviceError(new NotSupported(call)));
}

function refused<T>(deployment: Deployment, read: () => T): T {
  try {
    return read();
  } catch (error) {
    deployment.run.fail(error);
    throw new Halted();
  }
}

function registration(made: Registered): InstanceType<typeof messages.RegisterResourceResponse> {
  const response = new messages.RegisterResourceResponse()
    .setUrn(made.urn)
    .setId(made.id)
    .setObject(toStruct(made.outputs));
  const dependencies = response.getPropertydependenciesMap();
  for (const [key, urns] of Object.entries(made.propertyDependencies ?? {}))
    dependencies.set(key, new messages.RegisterResourceResponse.PropertyDependencies().setUrnsList(urns));
  return response;
}

function readGoal(request: InstanceType<typeof messages.ReadResourceRequest>) {
  return {
    type: request.getType(),
    name: request.getName(),
    id: request.getId(),
    custom: true,
    ...(request.getParent() ? { parent: request.getParent() } : {}),
    ...(request.getProvider() ? { provider: request.getProvider() } : {}),
    inputs: fromStruct(request.getProperties()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    providers: {},
    aliases: [],
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: {},
    ignoreChanges: [],
    replaceOnChanges: [],
  };
}
