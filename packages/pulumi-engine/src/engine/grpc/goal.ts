import type resources from "@pulumi/pulumi/proto/resource_pb.js";
import type { Alias, Goal } from "../goal.ts";
import type { Timeouts } from "../state/resource.ts";
import { fromStruct } from "./struct.ts";

type Request = InstanceType<typeof resources.RegisterResourceRequest>;

/** One RegisterResource call in the engine's own terms. An option that it does not support is an error that names it. */
export function goalFrom(request: Request): Goal {
  const what = `${request.getType()} "${request.getName()}"`;
  refuseUnsupported(request, what);
  const goal: Goal = {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()]),
    ),
    providers: Object.fromEntries(request.getProvidersMap().entries()),
    aliases: aliasesFrom(request),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: timeoutsFrom(request, what),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
  };
  if (request.getParent()) goal.parent = request.getParent();
  if (request.getProvider()) goal.provider = request.getProvider();
  if (request.getDeletedwith()) goal.deletedWith = request.getDeletedwith();
  if (request.hasProtect()) goal.protect = request.getProtect();
  if (request.hasRetainondelete()) goal.retainOnDelete = request.getRetainondelete();
  if (request.getDeletebeforereplacedefined()) goal.deleteBeforeReplace = request.getDeletebeforereplace();
  return goal;
}

function refuseUnsupported(request: Request, what: string): void {
  const asked: Record<string, boolean> = {
    import: request.getImportid() !== "",
    transforms: request.getTransformsList().length > 0,
    hooks: hasHooks(request),
    replacementTrigger: request.hasReplacementTrigger(),
    replaceWith: request.getReplaceWithList().length > 0,
    stateMigrations: request.getStateMigrationsList().length > 0,
    envVarMappings: request.getEnvvarmappingsMap().getLength() > 0,
    "a parameterized package": request.getPackageref() !== "",
  };
  const refused = Object.keys(asked).filter((option) => asked[option]);
  if (refused.length > 0)
    throw new Error(
      `${what} asks for ${refused.join(", ")}, which this engine does not support. Leave it out here, or run the program with the Pulumi CLI.`,
    );
}

function hasHooks(request: Request): boolean {
  const hooks = request.getHooks();
  return hooks !== undefined && Object.values(hooks.toObject()).some((names) => names.length > 0);
}

function aliasesFrom(request: Request): Alias[] {
  const specs = request.getAliasesList().map((alias): Alias => {
    const spec = alias.getSpec();
    if (!spec) return { urn: alias.getUrn() };
    const found: Alias = {};
    if (spec.getName()) found.name = spec.getName();
    if (spec.getType()) found.type = spec.getType();
    if (spec.getProject()) found.project = spec.getProject();
    if (spec.getStack()) found.stack = spec.getStack();
    if (spec.getNoparent()) found.parent = null;
    else if (spec.getParenturn()) found.parent = spec.getParenturn();
    return found;
  });
  return [...specs, ...request.getAliasurnsList().map((urn) => ({ urn }))];
}

function timeoutsFrom(request: Request, what: string): Timeouts {
  const wire = request.getCustomtimeouts();
  const timeouts: Timeouts = {};
  if (wire?.getCreate()) timeouts.create = seconds(wire.getCreate(), what);
  if (wire?.getUpdate()) timeouts.update = seconds(wire.getUpdate(), what);
  if (wire?.getDelete()) timeouts.delete = seconds(wire.getDelete(), what);
  return timeouts;
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Durations of `customTimeouts`, e.g. `5m` or `1h30m`. */
export function seconds(text: string, what: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text))
    throw new Error(`${what}: "${text}" in customTimeouts is no duration; write it like 90s, 5m or 1h30m.`);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return (
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0), 0) / 1_000
  );
}
