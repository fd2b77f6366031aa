import type { Deployment } from "./deployment.ts";
import { loweredMap, plainMap } from "./properties.ts";
import type { InvokeResult, PropertyMap } from "./provider.ts";
import { current } from "./state/resource.ts";
import { packageOf } from "./urn.ts";

/** Calls a provider's function, in previews too: reading changes nothing. */
export async function invoke(
  deployment: Deployment,
  token: string,
  args: PropertyMap,
  reference: string | undefined,
): Promise<InvokeResult> {
  const { providers, preview } = deployment.run.options;
  const plainArgs = plainMap(loweredMap(args));
  if (token === "pulumi:pulumi:getResource") return { return: getResource(deployment, plainArgs) };
  const pkg = packageOf(token);
  if (pkg === "pulumi" && !providers.has(pkg))
    throw new Error(
      `The function ${token} is not supported by this engine; run the program with the Pulumi CLI.`,
    );
  const provider = await providers.get(pkg, reference);
  if (!provider.invoke)
    throw new Error(`The provider of package "${pkg}" has no functions; ${token} was called.`);
  return provider.invoke({ token, args: plainArgs, preview });
}

/** How the SDK turns a reference to a resource that it got from a component into the resource. */
function getResource(deployment: Deployment, { urn }: PropertyMap): PropertyMap {
  const entry = typeof urn === "string" ? current(deployment.run.options.store.snapshot, urn) : undefined;
  if (!entry) throw new Error(`unknown resource ${JSON.stringify(urn)}`);
  return { urn: entry.urn, id: entry.id ?? "", state: entry.outputs };
}
