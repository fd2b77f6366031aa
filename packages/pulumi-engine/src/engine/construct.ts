import type { Deployment } from "./deployment.ts";
import type { Goal, Registered } from "./goal.ts";
import { loweredMap } from "./properties.ts";
import type { Child, ChildRequest, PropertyMap } from "./provider.ts";
import { Halted } from "./run.ts";
import { makeUrn, packageOf } from "./urn.ts";

/** Lets a component's provider build a remote component, whose children are registered like the program's own. */
export async function construct(deployment: Deployment, goal: Goal, monitor: string): Promise<Registered> {
  const { run } = deployment;
  const { providers, project, stack, config, preview, parallel } = run.options;
  const urn = makeUrn({ stack, project }, goal);
  try {
    const pkg = packageOf(goal.type);
    const provider = await providers.get(pkg, goal.provider ?? goal.providers[pkg]);
    if (!provider.construct) throw new Error(`The provider of ${goal.type} has no components.`);
    const { type, name, parent } = goal;
    const result = await provider.construct({
      type,
      name,
      project,
      stack,
      config,
      preview,
      monitor,
      parallel,
      inputs: provider.acceptsSecrets ? goal.inputs : loweredMap(goal.inputs),
      parent: parent ?? "",
      options: {
        protect: goal.protect ?? false,
        retainOnDelete: goal.retainOnDelete ?? false,
        ignoreChanges: goal.ignoreChanges,
        dependencies: goal.dependencies,
        providers: goal.providers,
      },
      registerComponent: () => deployment.register({ ...goal, inputs: {} }),
      register: (child) => registerChild(deployment, goal, urn, child),
    });
    await deployment.registerOutputs(result.urn, result.outputs);
    return {
      urn: result.urn,
      id: "",
      outputs: result.outputs,
      propertyDependencies: result.dependencies ?? allChildren(deployment, result.urn, result.outputs),
    };
  } catch (error) {
    run.fail(error, urn);
    throw new Halted();
  }
}

function registerChild(
  deployment: Deployment,
  component: Goal,
  componentUrn: string,
  child: ChildRequest,
): Promise<Child> {
  const provider = component.providers[packageOf(child.type)];
  return deployment.register({
    type: child.type,
    name: child.name,
    custom: child.custom,
    parent: child.parent ?? componentUrn,
    inputs: child.inputs,
    dependencies: child.dependencies ?? [],
    propertyDependencies: {},
    ...(child.custom && provider !== undefined ? { provider } : {}),
    providers: component.providers,
    aliases: [],
    additionalSecretOutputs: child.additionalSecretOutputs ?? [],
    customTimeouts: {},
    ignoreChanges: child.ignoreChanges ?? [],
    replaceOnChanges: child.replaceOnChanges ?? [],
    ...(child.protect === undefined ? {} : { protect: child.protect }),
    ...(child.retainOnDelete === undefined ? {} : { retainOnDelete: child.retainOnDelete }),
    ...(child.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: child.deleteBeforeReplace }),
  });
}

/** Without better knowledge every output depends on every child. */
function allChildren(deployment: Deployment, urn: string, outputs: PropertyMap): Record<string, string[]> {
  const children = deployment.below(urn);
  return Object.fromEntries(Object.keys(outputs).map((key) => [key, children]));
}
