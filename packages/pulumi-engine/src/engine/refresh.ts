import { marked, put, shown, stepInfo } from "./operations.ts";
import { changedKeys } from "./properties.ts";
import type { Run } from "./run.ts";
import type { ResourceState } from "./state/resource.ts";
import { isProviderType, packageOf, parseUrn } from "./urn.ts";

/** Makes the state say what is live: what changed is adopted, what is gone is dropped. */
export async function refreshAll(run: Run): Promise<void> {
  const { resources } = run.options.store.snapshot;
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
    const diffs = changedKeys(entry.outputs, live.outputs);
    put(run, live, entry);
    run.changes[diffs.length > 0 ? "update" : "same"]++;
    run.tell(stepInfo(diffs.length > 0 ? "refresh" : "same", entry, { diffs }), phase);
  }
  await store.save();
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
