import { shown } from "./operations.ts";
import type { DiffResult, Provider } from "./provider.ts";
import type { ResourceState } from "./state/resource.ts";
import { parseUrn } from "./urn.ts";

/** What a provider says would change from a resource as it is to what is wanted of it; empty: it judges no differences. */
export async function differences(
  provider: Provider,
  wanted: ResourceState,
  old: ResourceState,
  ignoreChanges: string[],
): Promise<DiffResult> {
  if (!provider.diff) return {};
  return await provider.diff({
    urn: wanted.urn,
    type: wanted.type,
    name: parseUrn(wanted.urn).name,
    id: old.id ?? "",
    olds: shown(provider, old.outputs),
    oldInputs: shown(provider, old.inputs),
    news: shown(provider, wanted.inputs),
    ignoreChanges,
  });
}
