import { differences } from "./differences.ts";
import { marked, put, shown, stepInfo } from "./operations.ts";
import { changedKeys } from "./properties.ts";
import type { Provider } from "./provider.ts";
import type { Run } from "./run.ts";
import type { ResourceState } from "./state/resource.ts";
import { isProviderType, packageOf, parseUrn } from "./urn.ts";

/** Makes the state say what is live: what changed is adopted, what is gone is dropped. */
export async function refreshAll(run: Run): Promise<void> {
  const { resources } = run.options.store.snapshot;
  for (const entry of resources.filter((one) => !isLive(one))) settled(run, entry, []);
  await Promise.allSettled(resources.filter(isLive).map((entry) => refreshOne(run, entry)));
  pruneReferences(run);
  await run.options.store.save();
}

function isLive(entry: ResourceState): boolean {
  return entry.custom && !entry.pendingReplacement && !isProviderType(entry.type);
}

async function refreshOne(run: Run, entry: ResourceState): Promise<void> {
  try {
    await run.slot(() => read(run, entry));
  } catch (error) {
    run.fail(error, entry.urn);
  }
}

async function read(run: Run, entry: ResourceState): Promise<void> {
  const { providers, store, preview } = run.options;
  const phase = preview ? "planned" : "done";
  const provider = await providers.get(packageOf(entry.type), entry.provider);
  const found = provider.read
    ? await provider.read({
        urn: entry.urn,
        type: entry.type,
        name: parseUrn(entry.urn).name,
        id: entry.id ?? "",
        inputs: shown(provider, entry.inputs),
        outputs: shown(provider, entry.outputs),
      })
    : { id: entry.id ?? "", outputs: shown(provider, entry.outputs) };
  if (!found) {
    store.snapshot.resources = store.snapshot.resources.filter((other) => other !== entry);
    run.changes.delete++;
    run.tell(stepInfo("delete", entry), phase);
  } else {
    const { initErrors: _, ...rest } = entry;
    const inputs = found.inputs ? marked(provider, found.inputs, entry) : entry.inputs;
    const live = {
      ...rest,
      id: found.id,
      inputs,
      outputs: marked(provider, found.outputs, { ...entry, inputs }),
    };
    const diffs = await differing(provider, entry, live);
    put(run, live, entry);
    settled(run, entry, diffs);
  }
  await store.save();
}

/** Counts and tells a resource that is there. */
function settled(run: Run, entry: ResourceState, diffs: string[]): void {
  const op = diffs.length > 0 ? "update" : "same";
  run.changes[op]++;
  run.tell(stepInfo(op, entry, { diffs }), run.options.preview ? "planned" : "done");
}

/**
 * What the program would change back in its next run if it stayed as it is: the live resource is what is there and the last
 * inputs are what is wanted. What is only read has outputs alone to compare.
 */
async function differing(provider: Provider, entry: ResourceState, live: ResourceState): Promise<string[]> {
  if (entry.external) return changedKeys(entry.outputs, live.outputs);
  const byInputs = changedKeys(live.inputs, entry.inputs);
  const found = await differences(provider, entry, live, entry.ignoreChanges ?? []);
  const changes = found.changes ?? byInputs.length > 0;
  if (!changes) return [];
  return found.diffs?.length ? found.diffs : byInputs;
}

/** What is gone is nobody's dependency any more. */
function pruneReferences(run: Run): void {
  const { snapshot } = run.options.store;
  const there = new Set(snapshot.resources.map(({ urn }) => urn));
  for (const entry of snapshot.resources) {
    entry.dependencies = entry.dependencies.filter((urn) => there.has(urn));
    for (const [key, urns] of Object.entries(entry.propertyDependencies))
      entry.propertyDependencies[key] = urns.filter((urn) => there.has(urn));
    if (entry.deletedWith !== undefined && !there.has(entry.deletedWith)) delete entry.deletedWith;
  }
}
