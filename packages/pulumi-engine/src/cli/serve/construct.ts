import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import resourceServices, { type ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resources from "@pulumi/pulumi/proto/resource_pb.js";
import { CHANNEL_OPTIONS } from "../../engine/grpc/limits.ts";
import { fromStruct, toStruct } from "../../engine/grpc/struct.ts";
import { loweredMap } from "../../engine/properties.ts";
import { type Child, type ChildRequest, type Provider, UNKNOWN } from "../../engine/provider.ts";
import { packageOf } from "../../engine/urn.ts";

type Request = InstanceType<typeof messages.ConstructRequest>;

/** Builds a remote component, whose children are registered back with the engine that asked for it. */
export async function constructed(
  provider: Provider,
  request: Request,
): Promise<InstanceType<typeof messages.ConstructResponse>> {
  if (provider.construct === undefined) throw new Error("This package has no components.");
  const monitor = new Monitor(request);
  try {
    const made = await provider.construct({
      type: request.getType(),
      name: request.getName(),
      project: request.getProject(),
      stack: request.getStack(),
      config: Object.fromEntries(request.getConfigMap().entries()),
      preview: request.getDryrun(),
      monitor: request.getMonitorendpoint(),
      parallel: request.getParallel(),
      inputs: loweredMap(fromStruct(request.getInputs())),
      parent: request.getParent(),
      options: {
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        dependencies: request.getDependenciesList(),
        providers: Object.fromEntries(request.getProvidersMap().entries()),
      },
      registerComponent: () => monitor.component(),
      register: (child) => monitor.child(child),
    });
    await monitor.outputs(made.urn, made.outputs);
    const response = new messages.ConstructResponse().setUrn(made.urn).setState(toStruct(made.outputs));
    const dependencies = response.getStatedependenciesMap();
    for (const key of Object.keys(made.outputs)) {
      const urns = made.dependencies?.[key] ?? monitor.children;
      dependencies.set(key, new messages.ConstructResponse.PropertyDependencies().setUrnsList(urns));
    }
    return response;
  } finally {
    monitor.close();
  }
}

/** The engine's resource monitor, as one component sees it. */
class Monitor {
  readonly #request: Request;
  readonly #client: ResourceMonitorClient;
  #component = "";
  /** URNs of what was registered below the component. */
  readonly children: string[] = [];

  constructor(request: Request) {
    this.#request = request;
    this.#client = new resourceServices.ResourceMonitorClient(
      request.getMonitorendpoint(),
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  async component(): Promise<Child> {
    const { options, parent } = inherited(this.#request);
    const made = await this.#register(
      options.setType(this.#request.getType()).setName(this.#request.getName()).setParent(parent),
    );
    this.#component = made.urn;
    return made;
  }

  async child(child: ChildRequest): Promise<Child> {
    const provider = this.#request.getProvidersMap().get(packageOf(child.type));
    const wire = new resources.RegisterResourceRequest()
      .setType(child.type)
      .setName(child.name)
      .setParent(child.parent ?? this.#component)
      .setCustom(child.custom)
      .setObject(toStruct(child.inputs))
      .setDependenciesList(child.dependencies ?? [])
      .setIgnorechangesList(child.ignoreChanges ?? [])
      .setReplaceonchangesList(child.replaceOnChanges ?? [])
      .setAdditionalsecretoutputsList(child.additionalSecretOutputs ?? []);
    if (child.custom && provider !== undefined) wire.setProvider(provider);
    if (child.protect !== undefined) wire.setProtect(child.protect);
    if (child.retainOnDelete !== undefined) wire.setRetainondelete(child.retainOnDelete);
    if (child.deleteBeforeReplace !== undefined)
      wire.setDeletebeforereplace(child.deleteBeforeReplace).setDeletebeforereplacedefined(true);
    const made = await this.#register(wire);
    this.children.push(made.urn);
    return made;
  }

  async outputs(urn: string, outputs: Child["outputs"]): Promise<void> {
    const wire = new resources.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(toStruct(outputs));
    await new Promise<void>((resolve, reject) => {
      this.#client.registerResourceOutputs(wire, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#client.close();
  }

  async #register(wire: InstanceType<typeof resources.RegisterResourceRequest>): Promise<Child> {
    wire.setAcceptsecrets(true).setAcceptresources(true).setSupportspartialvalues(true);
    const custom = wire.getCustom();
    const made = await new Promise<InstanceType<typeof resources.RegisterResourceResponse>>(
      (resolve, reject) => {
        this.#client.registerResource(wire, (error, response) => (error ? reject(error) : resolve(response)));
      },
    );
    const id = custom && made.getId() === "" ? UNKNOWN : made.getId();
    return { urn: made.getUrn(), id, outputs: fromStruct(made.getObject()) };
  }
}

/** What the component itself is registered with: the options that the program gave it. */
function inherited(request: Request) {
  const options = new resources.RegisterResourceRequest()
    .setCustom(false)
    .setObject(toStruct({}))
    .setDependenciesList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  if (request.hasRetainondelete()) options.setRetainondelete(request.getRetainondelete() ?? false);
  const providers = options.getProvidersMap();
  for (const [pkg, reference] of request.getProvidersMap().entries()) providers.set(pkg, reference);
  return { options, parent: request.getParent() };
}
