import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { ConstructRequest } from "../provider.ts";
import { toStruct } from "./struct.ts";

/** A remote component's request as it goes to a plugin, which registers the children itself, over the wire. */
export function constructRequest(request: ConstructRequest): InstanceType<typeof messages.ConstructRequest> {
  const wire = new messages.ConstructRequest()
    .setType(request.type)
    .setName(request.name)
    .setParent(request.parent)
    .setInputs(toStruct(request.inputs))
    .setProject(request.project)
    .setStack(request.stack)
    .setOrganization("organization")
    .setDryrun(request.preview)
    .setParallel(request.parallel)
    .setMonitorendpoint(request.monitor)
    .setDependenciesList(request.options.dependencies)
    .setIgnorechangesList(request.options.ignoreChanges)
    .setAcceptsOutputValues(true);
  if (request.options.protect) wire.setProtect(true);
  if (request.options.retainOnDelete) wire.setRetainondelete(true);
  for (const [key, value] of Object.entries(request.config)) wire.getConfigMap().set(key, value);
  for (const [pkg, reference] of Object.entries(request.options.providers))
    wire.getProvidersMap().set(pkg, reference);
  return wire;
}
